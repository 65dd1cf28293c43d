/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/layer_result.h"
#include "layers/tree.h"

/* From what the layers gave to one inventory: only what the merged tree still shows, each package
 * with the layer that brought it, its paths and its owner. */
typedef struct Assembly {
    const Limits *limits;
    const Tree *tree;
    LayerResult *const *layers; /* by the layer's number, as in the tree */
    size_t layer_count;
} Assembly;

/* A file whose bytes nobody read, because only a link gives it a name that a cataloger wants:
 * etc/os-release -> ../x/release, var/lib/rpm -> /opt/rpm, a hard link x/METADATA to a cache. */
typedef struct MissingFile {
    uint32_t layer;
    Str path; /* of the bytes in that layer */
    Str as;   /* the name that is wanted */
} MissingFile;
typedef Vec(MissingFile) MissingFileVec;

/* What a second pass over some layers has to read, ordered by layer and path; empty as a rule. The
 * caller walks those layers with missing_visitor and assembles then. What it adds holds for this
 * image only: keep a layer's result in a cache before. */
MissingFileVec assemble_missing(Arena *arena, const Assembly *assembly);

/* By layer, path and name; of equal ones, one is left. */
void missing_sort(MissingFileVec *files);

typedef struct MissingWalk {
    const MissingFileVec *files;
    uint32_t layer;
    LayerResult *result; /* of that layer: what is read is added to it */
} MissingWalk;
/* `walk` is the visitor's `self`. */
LayerVisitor missing_visitor(MissingWalk *walk);

/* Fills packages, executables, notes, incomplete and subject.os of *out; the rest of the subject is
 * the caller's. The order is that of type, name, version, path; OS packages come first. Strings
 * live on `arena` or on those of the layers' results. */
void assemble(Arena *arena, const Assembly *assembly, Inventory *out);
