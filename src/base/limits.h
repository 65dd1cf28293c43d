/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>

/* Bounds that hostile sizes meet before they meet an allocator. */
typedef struct Limits {
    uint64_t entries;     /* of one image, all layers together */
    uint64_t layer_bytes; /* inflated, of one layer */
    uint64_t ratio;       /* inflated : compressed, judged beyond ratio_floor bytes */
    uint64_t ratio_floor;
    uint64_t file_bytes; /* one file that a cataloger reads */
    uint64_t path_bytes;
    uint32_t path_depth;
    uint32_t links;          /* followed for one path */
    uint32_t archive_depth;  /* archives in archives (jars) */
    uint64_t document_bytes; /* a manifest, a configuration */
    uint32_t layers;
    uint32_t packages;
    uint32_t seconds; /* processor time of one child */
    uint64_t memory;  /* address space of one child */
} Limits;

#define LIMITS_DEFAULT                                                                             \
    ((Limits){.entries = 5000000,                                                                  \
              .layer_bytes = UINT64_C(64) << 30,                                                   \
              .ratio = 250,                                                                        \
              .ratio_floor = UINT64_C(64) << 20,                                                   \
              .file_bytes = UINT64_C(256) << 20,                                                   \
              .path_bytes = 4096,                                                                  \
              .path_depth = 256,                                                                   \
              .links = 40,                                                                         \
              .archive_depth = 6,                                                                  \
              .document_bytes = UINT64_C(16) << 20,                                                \
              .layers = 1024,                                                                      \
              .packages = 500000,                                                                  \
              .seconds = 1800,                                                                     \
              .memory = UINT64_C(4) << 30})
