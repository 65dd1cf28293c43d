/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include "advisories/feed.h"
#include "advisories/install.h"
#include "advisories/layout.h"
#include "advisories/write.h"
#include "archive/codec.h"
#include "base/fd.h"

enum { DEPTH_MAX = 12 };

static int str_order(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

/* Paths of all files under `path`, relative to the root, in no order. */
static bool files_list(Str root, Str path, unsigned depth, Arena *arena, StrVec *out, Error *err)
{
    Str whole =
        path.len ? arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(root), STR_ARG(path)) : root;
    DIR *dir = opendir(arena_c_str(arena, whole));
    if (!dir) {
        bool ok = error_sys(err, "folder of feeds " STR_FMT, STR_ARG(whole));
        if (err && err->sys == ENOENT)
            err->code = ERR_ABSENT;
        return ok;
    }
    bool ok = true;
    errno = 0;
    for (struct dirent *entry; ok && (entry = readdir(dir)); errno = 0) {
        Str name = str_from(entry->d_name);
        if (str_starts(name, STR(".")))
            continue;
        Str child = path.len
                        ? arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(path), STR_ARG(name))
                        : arena_str(arena, name);
        struct stat st;
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) != 0)
            ok = errno == ENOENT || error_sys(err, "feed " STR_FMT, STR_ARG(child));
        else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
            ok = files_list(root, child, depth + 1, arena, out, err);
        else if (S_ISREG(st.st_mode))
            *vec_push(arena, out) = child;
    }
    if (ok && errno)
        ok = error_sys(err, "folder of feeds " STR_FMT, STR_ARG(whole));
    closedir(dir);
    return ok;
}

/* Zips and tars are read by the feed itself, all other compression is taken off here. */
static bool content_of(FeedFile *file, Str mapped, Buf *unpacked, Error *err)
{
    MemoryStream memory;
    Stream *stream;
    const Codec *codec;
    file->bytes = mapped;
    if (str_ends(file->path, STR(".zip")))
        return true;
    memory_stream_init(&memory, mapped);
    if (!codec_open(file->arena, &memory.stream, &feed_limits, &stream, &codec, err))
        return false;
    bool ok = true;
    if (codec->driver) {
        ok = stream_read_all(stream, FEED_FILE, unpacked, err);
        file->bytes = buf_str(unpacked);
    }
    stream_close(stream);
    return ok;
}

static bool file_take(const Feed *feed, Str root, FeedFile *file, BuildReport *report, Error *err)
{
    Fd fd CLEANUP(fd_close) = -1;
    Mapping mapping CLEANUP(mapping_close) = {0};
    Buf unpacked CLEANUP(buf_fini) = {0};
    Str path = arena_printf(file->arena, STR_FMT "/" STR_FMT, STR_ARG(root), STR_ARG(file->path));
    if (!fd_open_read_at(AT_FDCWD, path, &fd, err) || !mapping_open(fd, path, &mapping, err) ||
        !content_of(file, mapping.bytes, &unpacked, err) || !feed->read(file, err))
        return false;
    report->files++;
    report->source_bytes += mapping.bytes.len;
    report->json_bytes += file->bytes.len;
    return true;
}

bool feeds_read(const BuildOptions *options, Facts *facts, Arena *arena, BuildReport *report,
                Error *err)
{
    StrVec paths = {0};
    Arena scratch CLEANUP(arena_fini);
    arena_init(&scratch);
    if (!files_list(options->dir, (Str){0}, 0, arena, &paths, err))
        return false;
    if (paths.len)
        qsort(paths.at, paths.len, sizeof(Str), str_order);
    for (size_t i = 0; i < paths.len; i++) {
        const Feed *feed = feed_of_path(paths.at[i]);
        Error one = {0};
        FeedFile file = {.path = paths.at[i],
                         .facts = facts,
                         .paths = &paths,
                         .arena = &scratch,
                         .notes = &report->notes,
                         .notes_arena = arena};
        if (!feed)
            continue;
        if (options->progress)
            options->progress(options->context, paths.at[i]);
        bool taken = file_take(feed, options->dir, &file, report, &one);
        if (!taken && one.sys) { /* our own trouble, which must not cost a source its records */
            if (err)
                *err = one;
            return false;
        }
        if (!taken)
            note_add(arena, &report->notes, paths.at[i], error_message(&one));
        arena_fini(&scratch);
        arena_init(&scratch);
    }
    report->records = facts->records.len;
    if (report->files == 0)
        return error_set(err, ERR_ABSENT, "folder of feeds " STR_FMT ": holds no feed that we know",
                         STR_ARG(options->dir));
    return true;
}

/* The newest day that a source names; a source that names a day to come is not believed. */
static Date newest_of(const Facts *facts)
{
    Date newest = facts->built;
    for (size_t i = 0; i < facts->sources.len; i++) {
        Date date = date_parse(facts->sources.at[i].modified);
        if (date != DATE_NONE && date > newest)
            newest = date;
    }
    return newest;
}

bool database_build(const BuildOptions *options, Str path, Arena *arena, BuildReport *report,
                    Error *err)
{
    Arena store CLEANUP(arena_fini);
    Facts facts CLEANUP(facts_fini);
    Buf bytes CLEANUP(buf_fini) = {0};
    arena_init(&store);
    facts_init(&facts, &store);
    if (!feeds_read(options, &facts, arena, report, err))
        return false;
    facts_resolve(&facts);
    facts_doubt(&facts);
    Date built = options->built != DATE_NONE ? options->built : newest_of(&facts);
    if (!database_bytes(&facts, built, &bytes, err))
        return false;
    report->packages = map_len(&facts.packages);
    report->vulnerabilities = map_len(&facts.vulnerabilities);
    report->file_bytes = bytes.len;
    return database_install(path, buf_str(&bytes), options->sign_key, arena, err);
}
