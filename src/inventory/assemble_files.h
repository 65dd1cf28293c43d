/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/map.h"
#include "inventory/assemble.h"

/* Which of the files that catalogers read are still to be seen in the merged tree, and in which
 * layers a package that one of them names was there before. */
typedef struct VisibleFile {
    const LayerResult *result;
    const LayerFile *file;
    uint32_t layer;
    Str path;                  /* where the tree shows it */
    const LayerEntry *content; /* NULL for what was said of the layer as a whole */
} VisibleFile;
typedef Vec(VisibleFile) VisibleFileVec;

typedef struct FileIndex {
    Arena *arena;
    const Assembly *assembly;
    Map *by_path;    /* one a layer: path -> LayerFile read under its own name */
    Map by_database; /* path, or the database that it is a part of -> its Snapshots */
} FileIndex;

void file_index_init(FileIndex *index, Arena *arena, const Assembly *assembly);
/* What was read of this content under its own name; NULL if nothing was. */
const LayerFile *file_index_find(const FileIndex *index, uint32_t layer, Str path);
/* Sorted by path. */
VisibleFileVec file_index_visible(const FileIndex *index);
/* The first layer from which on the package that `file` names has been there unchanged (rule 59):
 * a database is replaced as a whole in each layer that touches it, so its versions are compared. */
uint32_t file_index_origin(const FileIndex *index, const VisibleFile *file, const Package *package);
