/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/source.h"

#include <unistd.h>

#include "archive/codec.h"
#include "archive/path.h"
#include "archive/tar.h"
#include "sources/blobs.h"
#include "sources/rows.h"

/* In this order: an archive that is both a docker-archive and an OCI layout (Docker 25 and later)
 * is read as Docker itself loads it. */
static const SourceFormat *const rows[] = {
    &source_docker_archive, &source_oci_layout_tar, &source_rootfs_tar,
    &source_oci_layout_dir, &source_rootfs_dir,     &source_overlay,
};

const SourceFormat *const *source_formats(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* Do the first members of a compressed tar look like a saved image's? */
static bool peek_names(Stream *plain, const Limits *limits, bool *image, Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    TarReader tar;
    TarEntry entry;
    bool end = false;
    *image = false;
    tar_init(&tar, plain, limits, &scratch);
    for (int i = 0; i < 16 && !*image; i++) {
        Str path;
        if (!tar_next(&tar, &entry, &end, err))
            return false;
        if (end)
            break;
        if (path_clean(&scratch, entry.path, limits, &path, NULL) && path.len)
            *image = blob_name_is_image(path);
    }
    return true;
}

static bool unfold(Stream *plain, Fd into, uint64_t *size, Error *err)
{
    Buf buf CLEANUP(buf_fini) = {0};
    size_t got;
    char *at = buf_reserve(&buf, 1 << 20);
    *size = 0;
    do {
        if (!stream_read_full(plain, at, 1 << 20, &got, err))
            return false;
        if (!fd_write_all(into, str_of(at, got), err))
            return error_within(err, "temporary file for the unfolded archive");
        *size += got;
    } while (got);
    return true;
}

typedef struct Plain { /* a decoder over a range of the file */
    FileStream file;
    Stream *stream;
    const Codec *codec;
} Plain;

static bool plain_open(Plain *p, Fd fd, uint64_t size, Arena *arena, const Limits *limits,
                       Error *err)
{
    file_stream_init(&p->file, fd, 0, size);
    return codec_open(arena, &p->file.stream, limits, &p->stream, &p->codec, err);
}

/* Whole-file compression hides where the members are. A root file system is read in one pass and
 * may stay as it is; an image is unfolded into the scratch file first. */
static bool file_prepare(const SourceInput *input, const Limits *limits, Fd *file, uint64_t *size,
                         bool *image, Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Plain p;
    *file = input->fds.at[0];
    *image = true;
    if (!fd_size(*file, size, err) || !plain_open(&p, *file, *size, &scratch, limits, err))
        return false;
    bool compressed = p.codec != codecs[CODEC_COUNT - 1];
    bool ok = !compressed || peek_names(p.stream, limits, image, err);
    stream_close(p.stream);
    if (!ok || !compressed || !*image)
        return ok;
    if (!plain_open(&p, *file, *size, &scratch, limits, err))
        return false;
    ok = unfold(p.stream, input->scratch, size, err);
    stream_close(p.stream);
    *file = input->scratch;
    return ok;
}

static bool format_open(const SourceInput *input, BlobStore *store, Arena *arena,
                        const Limits *limits, Image *out, Error *err)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i]->kind == input->kind && rows[i]->matches(store))
            return rows[i]->open(input, store, arena, limits, out, err);
    return error_set(err, ERR_FORMAT, "neither an image nor a root file system");
}

static bool file_open(const SourceInput *input, Arena *arena, const Limits *limits, Image *out,
                      Error *err)
{
    Fd file;
    uint64_t size;
    bool image;
    BlobStore store = {.arena = arena, .limits = limits, .file = -1};
    map_init(&store.blobs, arena);
    if (!file_prepare(input, limits, &file, &size, &image, err))
        return false;
    if (image && !blobs_open_tar(&store, file, size, arena, limits, err))
        return error_within(err, "not a readable tar");
    if (image && store.image_like && !blob_exists(&store, STR("manifest.json")) &&
        !blob_exists(&store, STR("index.json")))
        return error_set(err, ERR_FORMAT,
                         "looks like an image but has neither manifest.json nor index.json");
    return format_open(input, &store, arena, limits, out, err);
}

static bool dir_open(const SourceInput *input, Arena *arena, const Limits *limits, Image *out,
                     Error *err)
{
    BlobStore store;
    blobs_open_dir(&store, &input->opener, arena, limits);
    bool ok = format_open(input, &store, arena, limits, out, err);
    /* The layers' blobs stay open for as long as the image. */
    for (size_t i = 0; ok && i < store.opened.len; i++)
        for (size_t k = 0; k < out->layers.len; k++)
            if (out->layers.at[k].fd == store.opened.at[i] && !out->layers.at[k].owned) {
                out->layers.at[k].owned = true;
                fd_take(&store.opened.at[i]);
                break;
            }
    blobs_close(&store);
    return ok;
}

bool image_open(const SourceInput *input, Arena *arena, const Limits *limits, Image *out,
                Error *err)
{
    *out = (Image){.subject = {.created = DATE_NONE}};
    bool ok;
    if (input->kind == SOURCE_FILE)
        ok = file_open(input, arena, limits, out, err);
    else if (input->kind == SOURCE_DIR)
        ok = dir_open(input, arena, limits, out, err);
    else
        ok = format_open(input, NULL, arena, limits, out, err);
    return ok;
}

void image_close(Image *image)
{
    for (size_t i = 0; i < image->layers.len; i++)
        if (image->layers.at[i].owned)
            fd_close(&image->layers.at[i].fd);
}
