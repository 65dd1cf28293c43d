/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/path.h"
#include "base/buf.h"
#include "test.h"

static Limits limits;

__attribute__((constructor)) static void limits_set(void)
{
    limits = LIMITS_DEFAULT;
}

static const struct {
    Str raw, clean;
    bool escaped;
} facts[] = {
    {STR_INIT("../../etc/passwd"), STR_INIT("etc/passwd"), true},
    {STR_INIT("a/../../b"), STR_INIT("b"), true},
    {STR_INIT(".."), STR_INIT(""), true},
    {STR_INIT(""), STR_INIT(""), false},
    {STR_INIT("."), STR_INIT(""), false},
    {STR_INIT("./"), STR_INIT(""), false},
    {STR_INIT("/"), STR_INIT(""), false},
    {STR_INIT("././/./a"), STR_INIT("a"), false},
    {STR_INIT("./a"), STR_INIT("a"), false},
    {STR_INIT("/a/b/"), STR_INIT("a/b"), false},
    {STR_INIT("a//b"), STR_INIT("a/b"), false},
    {STR_INIT("a/./b"), STR_INIT("a/b"), false},
    {STR_INIT("a/../b"), STR_INIT("b"), false},
    {STR_INIT("a/b/c/../../d/."), STR_INIT("a/d"), false},
    {STR_INIT("..a/...b/.c"), STR_INIT("..a/...b/.c"), false},
    {STR_INIT("bad\375name\0x"), STR_INIT("bad\375name\0x"), false},
};

TEST(paths_are_confined_and_relative)
{
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        Str out;
        bool escaped;
        CHECK(path_clean(&arena, facts[i].raw, &limits, &out, &escaped));
        CHECK_STR(out, facts[i].clean);
        CHECK_INT(escaped, facts[i].escaped);
    }
}

TEST(long_and_deep_paths_are_refused)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf path CLEANUP(buf_fini) = {0};
    Str out;
    for (int i = 0; i < 257; i++)
        buf_put(&path, STR("d/"));
    CHECK(!path_clean(&arena, buf_str(&path), &limits, &out, NULL));
    CHECK(path_clean(&arena, str_from_pos(buf_str(&path), 2), &limits, &out, NULL));
    for (int i = 0; i < 4097; i++)
        buf_put_char(&path, 'x');
    CHECK(!path_clean(&arena, buf_str(&path), &limits, &out, NULL));
}
