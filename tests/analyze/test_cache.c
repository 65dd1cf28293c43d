/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
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

/* Cut anywhere, changed anywhere: as good as none. */
TEST(damaged_entries_are_none)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Cache cache = cache_make(&arena);
    Error err = {0};
    Str text, bytes;
    cache_put(&cache, STR("key"), STR("some bytes of a layer"));
    Str path = only_entry(&arena, &cache);
    REQUIRE_OK(file_read(path, 4096, &arena, &text, &err));
    for (size_t i = 0; i < text.len; i++) {
        Buf changed CLEANUP(buf_fini) = {0};
        buf_put(&changed, str_head(text, i));
        REQUIRE_OK(file_write_atomic(path, buf_str(&changed), &err));
        CHECK(!cache_find(&cache, STR("key"), &arena, &bytes));
        buf_put_char(&changed, (char)(str_at(text, i) ^ 1));
        buf_put(&changed, str_from_pos(text, i + 1));
        REQUIRE_OK(file_write_atomic(path, buf_str(&changed), &err));
        CHECK(!cache_find(&cache, STR("key"), &arena, &bytes));
    }
    REQUIRE_OK(file_write_atomic(path, text, &err));
    CHECK(cache_find(&cache, STR("key"), &arena, &bytes));
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
