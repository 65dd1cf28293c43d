/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/map.h"
#include "sources/source.h"

/* Named blobs, whether they lie in a folder or in a tar: what an image format is read from. */
typedef struct Blob {
    Fd fd; /* a regular file; the store keeps it open */
    uint64_t offset, size;
    Str link; /* the member is a link to this one */
} Blob;

struct BlobStore {
    Arena *arena;
    const Limits *limits;
    const SourceOpener *folder; /* or NULL */
    Fd file;                    /* an uncompressed tar, or -1 */
    Map blobs;       /* clean path -> Blob: of a tar all, of a folder those that are open */
    bool image_like; /* a tar's names look like an image's, not like a root file system's */
    Vec(Fd) opened;
};

/* The members of an uncompressed tar, by reading its headers only. */
MUST_USE bool blobs_open_tar(BlobStore *store, Fd file, uint64_t size, Arena *arena,
                             const Limits *limits, Error *err);
void blobs_open_dir(BlobStore *store, const SourceOpener *folder, Arena *arena,
                    const Limits *limits);
void blobs_close(BlobStore *store);

/* False if there is none; links are followed inside the store. The descriptor is the store's, and may
 * be that of other blobs too: read it by offsets. */
bool blob_find(BlobStore *store, Str path, Blob *out);
bool blob_exists(BlobStore *store, Str path);
/* They will be asked for, the first SOURCE_BATCH at least: a folder opens them together. */
void blobs_expect(BlobStore *store, const Str *paths, size_t count);
/* A document of at most limits->document_bytes. ERR_ABSENT, ERR_LIMIT. */
MUST_USE bool blob_read(BlobStore *store, Str path, Str *out, Error *err);

/* May this be the name of a member of a saved image? Tells an image from a root file system by the
 * first names of a compressed tar, before it is unfolded. */
bool blob_name_is_image(Str path);
