/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hash.h"
#include "base/reader.h"

/* magic, key, sha256 of the rest, the rest */
static const Str magic = STR_INIT("assay cache 1\n");
enum { DIGEST_BYTES = 32 };
static const uint64_t entry_limit = UINT64_C(512) << 20;

static bool entry_path(const Cache *cache, Str key, Arena *arena, Str *out)
{
    Digest digest;
    if (cache->dir.len == 0 || !hash_bytes(HASH_SHA256, key, &digest, NULL))
        return false;
    *out = arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(cache->dir),
                        STR_ARG(digest_hex(arena, &digest)));
    return true;
}

bool cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes)
{
    Str path, text;
    Digest digest;
    Fd fd CLEANUP(fd_close) = -1;
    if (!entry_path(cache, key, arena, &path) || !fd_open_read_at(AT_FDCWD, path, &fd, NULL) ||
        !fd_read_all(fd, path, entry_limit, arena, &text, NULL))
        return false;
    Reader r = reader_of(text);
    bool ours = str_eq(reader_take(&r, magic.len), magic) && str_eq(reader_str(&r), key);
    Str sum = reader_take(&r, DIGEST_BYTES);
    *bytes = reader_take(&r, reader_left(&r));
    if (!ours || !reader_ok(&r) || !hash_bytes(HASH_SHA256, *bytes, &digest, NULL) ||
        !str_eq(sum, str_of(digest.bytes, DIGEST_BYTES)))
        return false;
    futimens(fd, NULL); /* used now: prune goes by it */
    return true;
}

void cache_put(const Cache *cache, Str key, Str bytes)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf buf CLEANUP(buf_fini) = {0};
    Digest digest;
    Str path;
    Error ignored = {0};
    if (!entry_path(cache, key, &arena, &path) || !dir_make_all(cache->dir, &ignored) ||
        !hash_bytes(HASH_SHA256, bytes, &digest, NULL))
        return;
    chmod(arena_c_str(&arena, cache->dir), 0700);
    buf_put(&buf, magic);
    buf_str_wire(&buf, key);
    buf_put(&buf, str_of(digest.bytes, DIGEST_BYTES));
    buf_put(&buf, bytes);
    if (!file_write_atomic(path, buf_str(&buf), &ignored))
        return;
}

typedef struct Walk {
    Fd fd;
    time_t before; /* used before that: goes; 0: nothing goes */
    CacheStats all, gone;
} Walk;

static bool is_entry(Str name)
{
    uint64_t hex;
    return name.len == 64 && str_to_hex_u64(str_head(name, 16), &hex);
}

/* Others may prune at the same time: what is gone is no error. */
static bool visit(Walk *walk, const char *name, Error *err)
{
    enum { WRITTEN_SECONDS = 3600 };
    struct stat st;
    bool leftover = str_ends(str_from(name), STR(".new")); /* of a scan that was killed */
    if (!leftover && !is_entry(str_from(name)))
        return true;
    if (fstatat(walk->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT || error_sys(err, "cannot look at %s in the cache", name);
    if (!S_ISREG(st.st_mode))
        return true;
    walk->all.entries += !leftover;
    walk->all.bytes += (uint64_t)st.st_size;
    if (walk->before == 0 ||
        st.st_mtime >= (leftover ? time(NULL) - WRITTEN_SECONDS : walk->before))
        return true;
    if (unlinkat(walk->fd, name, 0) != 0)
        return errno == ENOENT || error_sys(err, "cannot remove %s from the cache", name);
    walk->gone.entries += !leftover;
    walk->gone.bytes += (uint64_t)st.st_size;
    return true;
}

static bool walk_all(const Cache *cache, Walk *walk, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    DIR *dir = opendir(arena_c_str(&arena, cache->dir));
    if (!dir && errno == ENOENT)
        return true;
    if (!dir)
        return error_sys(err, "cannot open the cache " STR_FMT, STR_ARG(cache->dir));
    walk->fd = dirfd(dir);
    bool ok = true;
    errno = 0;
    for (struct dirent *entry; ok && (entry = readdir(dir)); errno = 0)
        ok = visit(walk, entry->d_name, err);
    if (ok && errno)
        ok = error_sys(err, "cannot read the cache " STR_FMT, STR_ARG(cache->dir));
    closedir(dir);
    return ok;
}

bool cache_stats(const Cache *cache, CacheStats *out, Error *err)
{
    Walk walk = {0};
    bool ok = walk_all(cache, &walk, err);
    *out = walk.all;
    return ok;
}

bool cache_prune(const Cache *cache, unsigned days, CacheStats *removed, Error *err)
{
    Walk walk = {.before = time(NULL) - (time_t)days * 86400 + (days == 0)};
    bool ok = walk_all(cache, &walk, err);
    *removed = walk.gone;
    return ok;
}
