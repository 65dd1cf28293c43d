/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/folder_work.h"

#include "analyze/parent.h"

static bool has_folder(const LayerWork *work, Error *err)
{
    return work->number < work->parent->folder_count ||
           error_set(err, ERR_INTERNAL, "the collector holds no such folder");
}

bool folder_work_walk(LayerWork *work, const LayerWalk *walk, Error *err)
{
    if (!has_folder(work, err))
        return false;
    FolderListing *listing = &work->parent->listings[work->number];
    FolderOpener opener = parent_opener(work->parent, work->number);
    LayerDirKind kind = work->layer->overlay ? LAYER_DIR_OVERLAY : LAYER_DIR_ROOTFS;
    /* What the cache had of it was damaged. */
    if (!work->parent->folders[work->number].listed &&
        !parent_list(work->parent, &work->number, 1, err))
        return false;
    bool ok = layer_walk_folder(walk, listing, kind, &opener, &work->index, err);
    folder_listing_fini(listing);
    return ok;
}

bool folder_work_again(LayerWork *work, const LayerWalk *walk, const MissingFileVec *files,
                       Error *err)
{
    StrVec paths = {0};
    if (!has_folder(work, err))
        return false;
    for (size_t i = 0; i < files->len; i++) {
        const MissingFile *file = &files->at[i];
        bool seen = paths.len && str_eq(paths.at[paths.len - 1], file->path);
        if (file->layer == work->number && !seen)
            *vec_push(walk->arena, &paths) = file->path;
    }
    FolderOpener opener = parent_opener(work->parent, work->number);
    return layer_read_files(walk, &opener, paths.at, paths.len, err);
}
