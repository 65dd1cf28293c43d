/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/blobs.h"

#include "archive/path.h"
#include "archive/tar.h"

static bool is_hex(Str s, size_t len)
{
    uint64_t part;
    if (s.len != len)
        return false;
    for (size_t i = 0; i < len; i += 16)
        if (!str_to_hex_u64(str_sub(s, i, i + 16), &part))
            return false;
    return true;
}

bool blob_name_is_image(Str path)
{
    static const Str names[] = {STR_INIT("manifest.json"), STR_INIT("repositories"),
                                STR_INIT("index.json"), STR_INIT("oci-layout"), STR_INIT("blobs")};
    Str top, rest, stem, ending;
    str_cut(path, '/', &top, &rest);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(top, names[i]))
            return true;
    if (str_starts(top, STR("sha256:")))
        top = str_from_pos(top, 7);
    str_cut(top, '.', &stem, &ending);
    return is_hex(stem, 64);
}

static bool tar_index(BlobStore *store, TarReader *tar, Error *err)
{
    TarEntry entry;
    bool end = false;
    uint64_t count = 0;
    while (tar_next(tar, &entry, &end, err) && !end) {
        Str path;
        bool escaped = false;
        if (++count > store->limits->entries)
            return error_set(err, ERR_LIMIT, "more than %llu entries",
                             (unsigned long long)store->limits->entries);
        if (!path_clean(store->arena, entry.path, store->limits, &path, &escaped) || path.len == 0)
            continue;
        path = arena_str(store->arena, path);
        store->image_like = store->image_like || blob_name_is_image(path);
        bool link = entry.type == TAR_SYMLINK || entry.type == TAR_HARDLINK;
        if (entry.type != TAR_FILE && !link)
            continue;
        Blob *blob = arena_new(store->arena, Blob);
        *blob = (Blob){.fd = store->file, .offset = entry.offset, .size = entry.size};
        if (entry.type == TAR_HARDLINK)
            blob->link = arena_str(store->arena, entry.link);
        if (entry.type == TAR_SYMLINK) {
            Str folder, base;
            str_rcut(path, '/', &folder, &base);
            folder = str_eq(folder, path) || str_starts(entry.link, STR("/")) ? (Str){0} : folder;
            blob->link = arena_printf(store->arena, STR_FMT "/" STR_FMT, STR_ARG(folder),
                                      STR_ARG(entry.link));
        }
        if (!entry.sparse)
            *map_get(&store->blobs, path) = blob;
    }
    return end;
}

bool blobs_open_tar(BlobStore *store, Fd file, uint64_t size, Arena *arena, const Limits *limits,
                    Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    FileStream stream;
    TarReader tar;
    *store = (BlobStore){.arena = arena, .limits = limits, .file = file};
    map_init(&store->blobs, arena);
    file_stream_init(&stream, file, 0, size);
    tar_init(&tar, &stream.stream, limits, &scratch);
    return tar_index(store, &tar, err);
}

void blobs_open_dir(BlobStore *store, const SourceOpener *folder, Arena *arena,
                    const Limits *limits)
{
    *store = (BlobStore){.arena = arena, .limits = limits, .folder = folder, .file = -1};
    map_init(&store->blobs, arena);
}

void blobs_close(BlobStore *store)
{
    for (size_t i = 0; i < store->opened.len; i++)
        fd_close(&store->opened.at[i]);
    store->opened.len = 0;
}

static void dir_add(BlobStore *store, Str path, Fd fd)
{
    Blob *blob = arena_new(store->arena, Blob);
    *vec_push(store->arena, &store->opened) = fd;
    blob->fd = fd;
    if (fd_size(fd, &blob->size, NULL))
        *map_get(&store->blobs, arena_str(store->arena, path)) = blob;
}

/* Those that are there are open thereafter, and not asked for again. */
static void dir_open(BlobStore *store, const Str *paths, size_t count)
{
    Str wanted[SOURCE_BATCH];
    Fd fds[SOURCE_BATCH];
    size_t asked = 0;
    for (size_t i = 0; i < count && asked < SOURCE_BATCH; i++) {
        Str *path = &wanted[asked];
        asked += path_clean(store->arena, paths[i], store->limits, path, NULL) && path->len &&
                 !map_has(&store->blobs, *path);
    }
    if (asked)
        store->folder->open(store->folder->self, wanted, asked, fds);
    for (size_t i = 0; i < asked; i++)
        if (fds[i] >= 0)
            dir_add(store, wanted[i], fds[i]);
}

static bool dir_find(BlobStore *store, Str path, Blob *out)
{
    *out = (Blob){0};
    dir_open(store, &path, 1);
    if (!path_clean(store->arena, path, store->limits, &path, NULL))
        return false;
    const Blob *known = map_find(&store->blobs, path);
    if (known)
        *out = *known;
    return known;
}

void blobs_expect(BlobStore *store, const Str *paths, size_t count)
{
    if (store->folder)
        dir_open(store, paths, count);
}

bool blob_find(BlobStore *store, Str path, Blob *out)
{
    if (store->folder)
        return dir_find(store, path, out);
    for (uint32_t hop = 0; hop <= store->limits->links; hop++) {
        bool escaped = false;
        if (!path_clean(store->arena, path, store->limits, &path, &escaped))
            return false;
        const Blob *blob = map_find(&store->blobs, path);
        if (!blob)
            return false;
        *out = *blob;
        if (blob->link.len == 0)
            return true;
        path = blob->link;
    }
    return false;
}

bool blob_exists(BlobStore *store, Str path)
{
    Blob blob;
    return blob_find(store, path, &blob);
}

bool blob_read(BlobStore *store, Str path, Str *out, Error *err)
{
    Blob blob;
    Buf buf CLEANUP(buf_fini) = {0};
    FileStream stream;
    if (!blob_find(store, path, &blob))
        return error_set(err, ERR_ABSENT, STR_FMT ": is not in the image", STR_ARG(path));
    if (blob.size > store->limits->document_bytes)
        return error_set(err, ERR_LIMIT, STR_FMT ": larger than %llu bytes", STR_ARG(path),
                         (unsigned long long)store->limits->document_bytes);
    file_stream_init(&stream, blob.fd, blob.offset, blob.size);
    if (!stream_read_all(&stream.stream, store->limits->document_bytes, &buf, err))
        return error_within(err, STR_FMT, STR_ARG(path));
    *out = arena_str(store->arena, buf_str(&buf));
    return true;
}
