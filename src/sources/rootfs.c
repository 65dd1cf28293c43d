/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/blobs.h"
#include "sources/rows.h"

/* A root file system without anything that describes it: one layer, no configuration. */

static bool matches(BlobStore *store)
{
    (void)store;
    return true;
}

static bool open(const SourceInput *input, BlobStore *store, Arena *arena, const Limits *limits,
                 Image *out, Error *err)
{
    (void)limits, (void)store;
    uint64_t size = 0;
    bool folder = input->kind == SOURCE_DIR;
    Fd fd = folder ? -1 : input->fds.at[0];
    if (!folder && !fd_size(fd, &size, err))
        return false;
    out->subject.kind = SUBJECT_ROOTFS;
    out->subject.name = input->name;
    out->subject.created = DATE_NONE;
    vec_push(arena, &out->subject.layers)->size = size;
    *vec_push(arena, &out->layers) = (ImageLayer){.folder = folder, .fd = fd, .size = size};
    return true;
}

const SourceFormat source_rootfs_tar = {
    .name = "rootfs-tar",
    .summary = "a root file system in a tar, compressed or not",
    .spec = "https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html",
    .kind = SOURCE_FILE,
    .matches = matches,
    .open = open,
};

const SourceFormat source_rootfs_dir = {
    .name = "rootfs",
    .summary = "a root file system in a folder",
    .spec = "https://refspecs.linuxfoundation.org/fhs.shtml",
    .kind = SOURCE_DIR,
    .matches = matches,
    .open = open,
};
