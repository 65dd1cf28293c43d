/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hash.h"
#include "base/sum.h"
#include "test.h"

static Cache cache_make(Arena *arena)
{
    return (Cache){.dir = arena_printf(arena, STR_FMT "/deep/cache", STR_ARG(test_folder(arena)))};
}

/* The path of the only entry. */
static Str only_entry(Arena *arena, const Cache *cache)
{
    Str found = {0};
    DIR *dir = opendir(arena_c_str(arena, cache->dir));
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') {
            CHECK(found.len == 0);
            found = arena_printf(arena, STR_FMT "/%s", STR_ARG(cache->dir), entry->d_name);
        }
    if (dir)
        closedir(dir);
    return found;
}

TEST(nothing_is_found_in_no_cache)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache none = {0}, missing = cache_make(&arena);
    CacheStats stats;
    Error err = {0};
    Str bytes;
    cache_put(&none, STR("k"), STR("v"));
    CHECK(!cache_find(&none, STR("k"), &arena, &bytes));
    CHECK(!cache_find(&missing, STR("k"), &arena, &bytes));
    REQUIRE_OK(cache_stats(&missing, &stats, &err));
    CHECK_INT(stats.entries, 0);
}

TEST(what_was_put_is_found)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Str bytes;
    struct stat st;
    cache_put(&cache, STR("a"), STR("first"));
    cache_put(&cache, STR("a"), STR("second"));
    cache_put(&cache, STR("b"), STR(""));
    CHECK(cache_find(&cache, STR("a"), &arena, &bytes));
    CHECK_STR(bytes, STR("second"));
    CHECK(cache_find(&cache, STR("b"), &arena, &bytes));
    CHECK_STR(bytes, STR(""));
    CHECK(!cache_find(&cache, STR("c"), &arena, &bytes));
    CHECK(stat(arena_c_str(&arena, cache.dir), &st) == 0 && (st.st_mode & 077) == 0);
}

typedef bool Refused(const Cache *cache, Str key, Str path);

/* Cut anywhere, changed anywhere: as good as none. The entry is whole again in the end. */
static void each_damage(const Cache *cache, Str path, Refused *refused)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str text;
    REQUIRE_OK(file_read(path, 4096, &arena, &text, &err));
    for (size_t i = 0; i < text.len; i++) {
        Buf changed CLEANUP(buf_fini) = {0};
        buf_put(&changed, str_head(text, i));
        REQUIRE_OK(file_write_atomic(path, buf_str(&changed), &err));
        CHECK(refused(cache, STR("key"), path));
        buf_put_char(&changed, (char)(str_at(text, i) ^ 1));
        buf_put(&changed, str_from_pos(text, i + 1));
        REQUIRE_OK(file_write_atomic(path, buf_str(&changed), &err));
        CHECK(refused(cache, STR("key"), path));
    }
    REQUIRE_OK(file_write_atomic(path, text, &err));
}

static bool no_find(const Cache *cache, Str key, Str path)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str bytes;
    (void)path;
    return !cache_find(cache, key, &arena, &bytes);
}

TEST(damaged_entries_are_none)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Str bytes;
    cache_put(&cache, STR("key"), STR("some bytes of a layer"));
    Str path = only_entry(&arena, &cache);
    each_damage(&cache, path, no_find);
    CHECK(cache_find(&cache, STR("key"), &arena, &bytes));
}

/* --- mapped --- */

static size_t mappings_of(Str path)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str maps, line;
    size_t count = 0;
    REQUIRE_OK(file_read(STR("/proc/self/maps"), 1 << 20, &arena, &maps, &err));
    while (str_next_line(&maps, &line))
        count += str_contains(line, path);
    return count;
}

/* Refused, and nothing stays mapped. */
static bool no_map(const Cache *cache, Str key, Str path)
{
    Mapping mapping;
    Str bytes = {0};
    return !cache_map(cache, key, &mapping, &bytes) && mapping.bytes.len == 0 &&
           mappings_of(path) == 0;
}

/* Of what follows the head the reader judges. */
TEST(damaged_heads_are_not_mapped)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Cache cache = cache_make(&arena), none = {0};
    Mapping mapping;
    Str bytes, text;
    CHECK(no_map(&none, STR("key"), STR("deep/cache")));
    CHECK(no_map(&cache, STR("key"), STR("deep/cache")));
    cache_put(&cache, STR("key"), STR("some symbols"));
    Str path = only_entry(&arena, &cache);
    REQUIRE_OK(file_read(path, 4096, &arena, &text, &err));
    size_t sum = text.len - STR("some symbols").len, head = sum - 8;
    for (size_t i = 0; i < text.len; i++) {
        Buf changed CLEANUP(buf_fini) = {0};
        REQUIRE_OK(file_write_atomic(path, str_head(text, i), &err));
        CHECK(i >= sum || no_map(&cache, STR("key"), path));
        buf_put(&changed, text);
        changed.ptr[i] ^= 1;
        REQUIRE_OK(file_write_atomic(path, buf_str(&changed), &err));
        CHECK(i >= head || no_map(&cache, STR("key"), path));
    }
    CHECK(cache_map(&cache, STR("key"), &mapping, &bytes));
    CHECK_STR(bytes, STR("some symbolr"));
    mapping_close(&mapping);
}

TEST(an_entry_of_another_key_is_not_mapped)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    cache_put_at(&cache, STR("place"), STR("other"), STR("bytes"));
    CHECK(no_map(&cache, STR("place"), only_entry(&arena, &cache)));
    cache_put_at(&cache, STR("place"), STR("places"), STR("bytes"));
    CHECK(no_map(&cache, STR("place"), only_entry(&arena, &cache)));
}

TEST(what_was_put_is_mapped)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    Mapping mapping;
    CacheStats removed;
    Error err = {0};
    Str bytes;
    cache_put(&cache, STR("key"), STR("some symbols"));
    Str path = only_entry(&arena, &cache);
    CHECK(utimensat(AT_FDCWD, arena_c_str(&arena, path), old, 0) == 0);
    CHECK(cache_map(&cache, STR("key"), &mapping, &bytes));
    CHECK_STR(bytes, STR("some symbols"));
    CHECK(bytes.ptr > mapping.bytes.ptr && mappings_of(path) == 1);
    mapping_close(&mapping);
    CHECK_INT(mappings_of(path), 0);
    REQUIRE_OK(cache_prune(&cache, 30, &removed, &err)); /* that was a use */
    CHECK_INT(removed.entries, 0);
    cache_put(&cache, STR("key"), STR(""));
    CHECK(cache_map(&cache, STR("key"), &mapping, &bytes));
    CHECK_INT(bytes.len, 0);
    mapping_close(&mapping);
}

/* Where only the latest of many keys is kept. */
TEST(another_key_of_the_same_place_is_none)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Str bytes;
    static const char *const others[] = {"two", "on", "ones", "onetwo", ""};
    cache_put_at(&cache, STR("place"), STR("one"), STR("first"));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        CHECK(!cache_find_at(&cache, STR("place"), str_from(others[i]), &arena, &bytes));
    CHECK(!cache_find_at(&cache, STR("one"), STR("one"), &arena, &bytes));
    CHECK(cache_find_at(&cache, STR("place"), STR("one"), &arena, &bytes));
    CHECK_STR(bytes, STR("first"));
    cache_put_at(&cache, STR("place"), STR("two"), STR("second"));
    CHECK(!cache_find_at(&cache, STR("place"), STR("one"), &arena, &bytes));
    CHECK(cache_find_at(&cache, STR("place"), STR("two"), &arena, &bytes));
    CHECK_STR(bytes, STR("second"));
    only_entry(&arena, &cache);
}

TEST(sums_tell_bytes_apart)
{
    char bytes[300] = {0};
    uint64_t sum = sum_of(str_of(bytes, sizeof bytes));
    CHECK(sum == sum_of(str_of(bytes, sizeof bytes)));
    CHECK(sum != sum_of(str_of(bytes, sizeof bytes - 1)));
    CHECK(sum_of(STR("")) != sum_of(str_of(bytes, 1)));
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = 1;
        CHECK(sum != sum_of(str_of(bytes, sizeof bytes)));
        bytes[i] = 0;
    }
}

TEST(an_entry_under_another_name_is_none)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Error err = {0};
    Str text, bytes;
    cache_put(&cache, STR("innocent"), STR("nothing found"));
    REQUIRE_OK(file_read(only_entry(&arena, &cache), 4096, &arena, &text, &err));
    REQUIRE_OK(cache_prune(&cache, 0, &(CacheStats){0}, &err));
    cache_put(&cache, STR("guilty"), STR("something found"));
    REQUIRE_OK(file_write_atomic(only_entry(&arena, &cache), text, &err));
    CHECK(!cache_find(&cache, STR("guilty"), &arena, &bytes));
}

TEST(prune_takes_what_was_not_used)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    CacheStats stats, removed;
    Error err = {0};
    Str bytes;
    cache_put(&cache, STR("old"), STR("1234"));
    CHECK(utimensat(AT_FDCWD, arena_c_str(&arena, only_entry(&arena, &cache)), old, 0) == 0);
    cache_put(&cache, STR("new"), STR("1234"));
    Str foreign = arena_printf(&arena, STR_FMT "/README", STR_ARG(cache.dir));
    REQUIRE_OK(file_write_atomic(foreign, STR("not ours"), &err));
    REQUIRE_OK(cache_stats(&cache, &stats, &err));
    CHECK_INT(stats.entries, 2);
    REQUIRE_OK(cache_prune(&cache, 30, &removed, &err));
    CHECK_INT(removed.entries, 1);
    CHECK(!cache_find(&cache, STR("old"), &arena, &bytes));
    CHECK(cache_find(&cache, STR("new"), &arena, &bytes));
    REQUIRE_OK(cache_prune(&cache, 0, &removed, &err));
    CHECK_INT(removed.entries, 1);
    CHECK(access(arena_c_str(&arena, foreign), F_OK) == 0);
}

/* A use makes an old entry new. */
TEST(find_keeps_an_entry_from_prune)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    CacheStats removed;
    Error err = {0};
    Str bytes;
    cache_put(&cache, STR("k"), STR("v"));
    CHECK(utimensat(AT_FDCWD, arena_c_str(&arena, only_entry(&arena, &cache)), old, 0) == 0);
    CHECK(cache_find(&cache, STR("k"), &arena, &bytes));
    REQUIRE_OK(cache_prune(&cache, 30, &removed, &err));
    CHECK_INT(removed.entries, 0);
}

static void age(Arena *arena, const Cache *cache, Str key, long seconds)
{
    Digest digest;
    Error err = {0};
    REQUIRE_OK(hash_bytes(HASH_SHA256, key, &digest, &err));
    Str path = arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(cache->dir),
                            STR_ARG(digest_hex(arena, &digest)));
    const struct timespec then[2] = {{.tv_sec = time(NULL) - seconds},
                                     {.tv_sec = time(NULL) - seconds}};
    CHECK(utimensat(AT_FDCWD, arena_c_str(arena, path), then, 0) == 0);
}

/* The oldest use goes first; a use in between saves. */
TEST(limit_takes_what_was_used_least_recently)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Cache cache = cache_make(&arena);
    CacheStats stats, removed;
    Error err = {0};
    Str bytes, value = str_of(arena_alloc(&arena, 1000), 1000);
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        cache_put(&cache, str_from(keys[i]), value);
        age(&arena, &cache, str_from(keys[i]), 90000 - 10000 * (long)i);
    }
    CHECK(cache_find(&cache, STR("a"), &arena, &bytes));
    REQUIRE_OK(cache_stats(&cache, &stats, &err));
    CHECK_INT(stats.entries, 5);
    cache.limit = stats.bytes / 5 * 3;
    REQUIRE_OK(cache_prune(&cache, 30, &removed, &err));
    CHECK_INT(removed.entries, 2);
    CHECK(!cache_find(&cache, STR("b"), &arena, &bytes));
    CHECK(!cache_find(&cache, STR("c"), &arena, &bytes));
    CHECK(cache_find(&cache, STR("a"), &arena, &bytes));
    CHECK(cache_find(&cache, STR("e"), &arena, &bytes));
}

/* Writing alone keeps the limit, if not to the byte: no put looks through the folder. */
TEST(writing_keeps_the_limit)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Cache cache = cache_make(&arena);
    Error err = {0};
    CacheStats stats;
    Str value = str_of(arena_alloc(&arena, 1000), 1000), bytes;
    cache.limit = 100000;
    cache_put(&cache, STR("too large"), str_of(arena_alloc(&arena, 95000), 95000));
    CHECK(!cache_find(&cache, STR("too large"), &arena, &bytes));
    uint64_t most = 0;
    for (int i = 0; i < 1000; i++) {
        Arena scratch CLEANUP(arena_fini) = {0};
        cache_put(&cache, arena_printf(&scratch, "key %d", i), value);
        if (i % 10 == 0) {
            REQUIRE_OK(cache_stats(&cache, &stats, &err));
            most = stats.bytes > most ? stats.bytes : most;
        }
    }
    CHECK(most > 80000 && most < 150000);
    CHECK(cache_find(&cache, STR("key 999"), &arena, &bytes));
    CHECK(!cache_find(&cache, STR("key 1"), &arena, &bytes));
}

/* What a killed writer left behind goes when somebody makes room. */
TEST(leftovers_go)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Error err = {0};
    CacheStats removed;
    cache_put(&cache, STR("k"), STR("v"));
    Str fresh = arena_printf(&arena, STR_FMT "/.x.assay.1.new", STR_ARG(cache.dir));
    Str stale = arena_printf(&arena, STR_FMT "/.x.assay.2.new", STR_ARG(cache.dir));
    REQUIRE_OK(file_write_atomic(fresh, STR("half"), &err));
    REQUIRE_OK(file_write_atomic(stale, STR("half"), &err));
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    CHECK(utimensat(AT_FDCWD, arena_c_str(&arena, stale), old, 0) == 0);
    REQUIRE_OK(cache_prune(&cache, 30, &removed, &err));
    CHECK_INT(removed.entries, 0);
    CHECK(access(arena_c_str(&arena, fresh), F_OK) == 0);
    CHECK(access(arena_c_str(&arena, stale), F_OK) != 0);
}

/* What each of twenty processes does at once: every third writes, the next reads, the last prunes. */
static void crowd(const Cache *cache, int number)
{
    for (int round = 0; round < 150; round++) {
        Arena arena CLEANUP(arena_fini) = {0};
        int which = (round * 7 + number) % 40;
        Str key = arena_printf(&arena, "key %d", which), bytes;
        Str want = arena_printf(&arena, "%0*d", 500 + 10 * which, which);
        CacheStats stats;
        Error err = {0};
        if (number % 3 == 0)
            cache_put(cache, key, want);
        else if (number % 3 == 1 && cache_find(cache, key, &arena, &bytes) && !str_eq(bytes, want))
            _exit(1);
        else if (number % 3 == 2 && !(round % 10 ? cache_stats(cache, &stats, &err)
                                                 : cache_prune(cache, 30, &stats, &err)))
            _exit(2);
    }
    _exit(0);
}

TEST(twenty_processes_write_read_and_prune)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Cache cache = cache_make(&arena);
    pid_t all[20];
    int status;
    Error err = {0};
    CacheStats stats;
    cache.limit = 15000; /* of about 28,000 */
    for (int i = 0; i < 20; i++)
        if ((all[i] = fork()) == 0)
            crowd(&cache, i);
    for (int i = 0; i < 20; i++) {
        CHECK(waitpid(all[i], &status, 0) == all[i]);
        CHECK(WIFEXITED(status));
        CHECK_INT(WEXITSTATUS(status), 0);
    }
    REQUIRE_OK(cache_prune(&cache, 30, &stats, &err));
    REQUIRE_OK(cache_stats(&cache, &stats, &err));
    CHECK(stats.entries > 0 && stats.bytes <= cache.limit);
    DIR *dir = opendir(arena_c_str(&arena, cache.dir));
    size_t files = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        files += entry->d_name[0] != '.' || str_contains(str_from(entry->d_name), STR(".new"));
    closedir(dir);
    CHECK_INT(files, stats.entries);
}

/* Readers never see a half, however many write. */
TEST(many_processes_share_it)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Str large = str_of(arena_alloc(&arena, 200000), 200000), bytes;
    pid_t writers[4];
    for (size_t i = 0; i < COUNT_OF(writers); i++)
        if ((writers[i] = fork()) == 0) {
            for (int round = 0; round < 50; round++)
                cache_put(&cache, STR("shared"), large);
            _exit(0);
        }
    for (int i = 0; i < 200; i++) {
        Arena scratch CLEANUP(arena_fini) = {0};
        if (cache_find(&cache, STR("shared"), &scratch, &bytes))
            CHECK(str_eq(bytes, large));
    }
    for (size_t i = 0; i < COUNT_OF(writers); i++)
        waitpid(writers[i], NULL, 0);
    CHECK(cache_find(&cache, STR("shared"), &arena, &bytes));
    only_entry(&arena, &cache);
}
