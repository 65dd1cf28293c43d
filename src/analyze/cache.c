/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hash.h"
#include "base/reader.h"
#include "base/sum.h"

/* magic, key, XXH3 of the rest, the rest: against damage, since nobody else may write here */
static const Str magic = STR_INIT("assay cache 3\n");
static const uint64_t entry_limit = UINT64_C(512) << 20;
enum { ENTRY_HEAD = 64 }; /* at most, but for the key */

static bool entry_name(const Cache *cache, Str place, Arena *arena, Str *name, Str *path)
{
    Digest digest;
    if (cache->dir.len == 0 || !hash_bytes(HASH_SHA256, place, &digest, NULL))
        return false;
    *name = digest_hex(arena, &digest);
    *path = arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(cache->dir), STR_ARG(*name));
    return true;
}

/* Used now: pruning goes by it. Not each use is worth a write. */
static void entry_touch(Fd fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && st.st_mtime < time(NULL) - CACHE_USE_SECONDS)
        futimens(fd, NULL);
}

/* What stands before the bytes: of another length, where the key is another. */
static void head_put(Buf *out, Str key)
{
    buf_put(out, magic);
    buf_str_wire(out, key);
}

/* Behind the head, up to the end: the sum and what it is of. */
static bool is_whole(Str rest, Str *bytes, uint64_t *sum)
{
    Reader r = reader_of(rest);
    *sum = reader_u64le(&r);
    *bytes = reader_take(&r, reader_left(&r));
    return reader_ok(&r) && *sum == sum_of(*bytes);
}

static bool read_all(Fd fd, uint64_t from, char *at, size_t size)
{
    size_t n;
    for (size_t got = 0; got < size; got += n)
        if (!fd_pread(fd, at + got, size - got, from + got, &n, NULL) || n == 0)
            return false;
    return true;
}

/* An entry of the place that is of another key is not read on. Entries are large, and a copy costs
 * as much as reading one: at once into its place. */
static bool entry_read(Fd fd, Str key, Arena *arena, Str *rest)
{
    Buf head CLEANUP(buf_fini) = {0};
    uint64_t size;
    head_put(&head, key);
    if (!fd_size(fd, &size, NULL) || size > entry_limit || size < head.len)
        return false;
    ArenaMark mark = arena_mark(arena);
    char *at = arena_bytes(arena, head.len);
    if (!read_all(fd, 0, at, head.len) || !str_eq(str_of(at, head.len), buf_str(&head))) {
        arena_reset(arena, mark);
        return false;
    }
    size_t left = (size_t)size - head.len;
    at = arena_bytes(arena, left);
    *rest = str_of(at, left);
    return read_all(fd, head.len, at, left);
}

static bool entry_open(const Cache *cache, Str place, Arena *arena, Fd *fd, Str *path)
{
    Str name;
    return entry_name(cache, place, arena, &name, path) &&
           fd_open_read_at(AT_FDCWD, *path, fd, NULL);
}

static bool find(const Cache *cache, Str place, Str key, Arena *arena, Str *bytes, uint64_t *sum)
{
    Str path, rest;
    Fd fd CLEANUP(fd_close) = -1;
    if (!entry_open(cache, place, arena, &fd, &path) || !entry_read(fd, key, arena, &rest) ||
        !is_whole(rest, bytes, sum))
        return false;
    entry_touch(fd);
    return true;
}

bool cache_find_at(const Cache *cache, Str place, Str key, Arena *arena, Str *bytes)
{
    uint64_t sum;
    return find(cache, place, key, arena, bytes, &sum);
}

bool cache_find_summed(const Cache *cache, Str key, Arena *arena, Str *bytes, uint64_t *sum)
{
    return find(cache, key, key, arena, bytes, sum);
}

bool cache_map(const Cache *cache, Str key, Mapping *mapping, Str *bytes)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf head CLEANUP(buf_fini) = {0};
    Fd fd CLEANUP(fd_close) = -1;
    Str path;
    *mapping = (Mapping){0};
    head_put(&head, key);
    if (!entry_open(cache, key, &arena, &fd, &path) || !mapping_open(fd, path, mapping, NULL))
        return false;
    size_t before = head.len + sizeof(uint64_t);
    if (!str_starts(mapping->bytes, buf_str(&head)) || mapping->bytes.len < before) {
        mapping_close(mapping);
        return false;
    }
    *bytes = str_from_pos(mapping->bytes, before);
    entry_touch(fd);
    return true;
}

bool cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes)
{
    return cache_find_at(cache, key, key, arena, bytes);
}

typedef struct Entry {
    Str name;
    struct timespec used;
    uint64_t bytes;
} Entry;

typedef struct Walk {
    const Cache *cache;
    Arena *arena;
    bool clean; /* leftovers go */
    Fd fd;
    Vec(Entry) entries;
    uint64_t bytes; /* of them */
    CacheStats gone;
} Walk;

static bool is_entry(Str name)
{
    uint64_t hex;
    return name.len == 64 && str_to_hex_u64(str_head(name, 16), &hex);
}

/* Others may prune at the same time: what is gone is no error. */
static bool entry_remove(Walk *walk, Str name, uint64_t bytes, Error *err)
{
    if (unlinkat(walk->fd, arena_c_str(walk->arena, name), 0) != 0)
        return errno == ENOENT ||
               error_sys(err, "cannot remove " STR_FMT " from the cache", STR_ARG(name));
    walk->gone.bytes += bytes;
    walk->gone.entries += is_entry(name);
    return true;
}

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
    if (leftover)
        return !walk->clean || st.st_mtime >= time(NULL) - WRITTEN_SECONDS ||
               entry_remove(walk, str_from(name), (uint64_t)st.st_size, err);
    *vec_push(walk->arena, &walk->entries) =
        (Entry){arena_str(walk->arena, str_from(name)), st.st_mtim, (uint64_t)st.st_size};
    walk->bytes += (uint64_t)st.st_size;
    return true;
}

static bool walk_all(Walk *walk, Error *err)
{
    Str path = walk->cache->dir;
    DIR *dir = opendir(arena_c_str(walk->arena, path));
    if (!dir && errno == ENOENT)
        return true;
    if (!dir)
        return error_sys(err, "cannot open the cache " STR_FMT, STR_ARG(path));
    walk->fd = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 3);
    bool ok = walk->fd >= 0 || error_sys(err, "cannot open the cache " STR_FMT, STR_ARG(path));
    errno = 0;
    for (struct dirent *entry; ok && (entry = readdir(dir)); errno = 0)
        ok = visit(walk, entry->d_name, err);
    if (ok && errno)
        ok = error_sys(err, "cannot read the cache " STR_FMT, STR_ARG(path));
    closedir(dir);
    return ok;
}

static int used_order(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if (x->used.tv_nsec != y->used.tv_nsec)
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return str_cmp(x->name, y->name);
}

/* Those used before that time, and the oldest of the rest until `most` bytes are left. */
static bool remove_oldest(Walk *walk, time_t before, uint64_t most, Error *err)
{
    uint64_t left = walk->bytes;
    if (walk->entries.len)
        qsort(walk->entries.at, walk->entries.len, sizeof *walk->entries.at, used_order);
    for (size_t i = 0; i < walk->entries.len; i++) {
        const Entry *entry = &walk->entries.at[i];
        if (entry->used.tv_sec >= before && left <= most)
            break;
        if (!entry_remove(walk, entry->name, entry->bytes, err))
            return false;
        left -= entry->bytes;
    }
    return true;
}

/* Which puts look is decided by what the key hashes to: a matter of chance, and the same each time. */
static void keep_limit(const Cache *cache, Str name, uint64_t bytes)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Walk walk = {.cache = cache, .arena = &arena, .clean = true, .fd = -1};
    uint64_t chance, share = cache->limit / 16 + 1;
    Error ignored = {0};
    if (cache->limit == 0 || !str_to_hex_u64(str_head(name, 16), &chance) ||
        chance % share >= bytes)
        return;
    if (walk_all(&walk, &ignored) && walk.bytes > cache->limit)
        (void)!remove_oldest(&walk, 0, cache->limit - cache->limit / 10, &ignored);
    fd_close(&walk.fd);
}

void cache_put_at(const Cache *cache, Str place, Str key, Str bytes)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf buf CLEANUP(buf_fini) = {0};
    Str name, path;
    Error ignored = {0};
    if ((cache->limit && bytes.len > cache->limit - cache->limit / 10) ||
        bytes.len > entry_limit - key.len - ENTRY_HEAD ||
        !entry_name(cache, place, &arena, &name, &path) || !dir_make_all(cache->dir, &ignored))
        return;
    chmod(arena_c_str(&arena, cache->dir), 0700);
    head_put(&buf, key);
    buf_u64le(&buf, sum_of(bytes));
    buf_put(&buf, bytes);
    if (file_write_unsynced(path, buf_str(&buf), &ignored))
        keep_limit(cache, name, buf.len);
}

void cache_put(const Cache *cache, Str key, Str bytes)
{
    cache_put_at(cache, key, key, bytes);
}

bool cache_stats(const Cache *cache, CacheStats *out, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Walk walk = {.cache = cache, .arena = &arena, .fd = -1};
    bool ok = walk_all(&walk, err);
    *out = (CacheStats){.entries = walk.entries.len, .bytes = walk.bytes};
    fd_close(&walk.fd);
    return ok;
}

bool cache_prune(const Cache *cache, unsigned days, CacheStats *removed, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Walk walk = {.cache = cache, .arena = &arena, .clean = true, .fd = -1};
    time_t before = time(NULL) - (time_t)days * 86400;
    uint64_t most = days == 0 ? 0 : cache->limit ? cache->limit : UINT64_MAX;
    bool ok = walk_all(&walk, err) && remove_oldest(&walk, before, most, err);
    *removed = walk.gone;
    fd_close(&walk.fd);
    return ok;
}
