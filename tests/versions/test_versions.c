/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "base/fd.h"
#include "test.h"
#include "versions/version.h"

static const struct {
    const char *scheme, *shared;
} SHARED[] = {
    {"apk", "alpine"},  {"composer", "packagist"}, {"cran", "cran"},
    {"dpkg", "debian"}, {"hackage", "hackage"},    {"maven", "maven"},
    {"nuget", "nuget"}, {"pep440", "pypi"},        {"pub", "pub"},
    {"rpm", "redhat"},  {"rubygems", "rubygems"},  {"semver", "semver"},
};

static const VersionScheme *scheme_of(const char *name)
{
    const VersionScheme *scheme = version_scheme_find(str_from(name));
    if (!scheme) {
        fprintf(stderr, "no scheme %s\n", name);
        exit(1);
    }
    return scheme;
}

static char shown(VersionOrder order)
{
    return "<=>!"[order + 1];
}

static char turned(char order)
{
    return order == '<' ? '>' : order == '>' ? '<' : order;
}

static void check_pair(const VersionScheme *scheme, Str a, char want, Str b)
{
    char got = shown(version_compare(scheme, a, b)), back = shown(version_compare(scheme, b, a));
    if (got != want || back != turned(want) || version_compare(scheme, a, a) != VERSION_EQUAL ||
        version_compare(scheme, b, b) != VERSION_EQUAL) {
        fprintf(stderr, "%s: " STR_FMT " %c " STR_FMT ", got %c and back %c\n", scheme->name,
                STR_ARG(a), want, STR_ARG(b), got, back);
        FAIL("the pair holds");
    }
}

/* "A < B" lines, and in ours "valid A" and "invalid A"; # and // begin comments. */
static size_t check_facts(const VersionScheme *scheme, Str text)
{
    Str line;
    size_t count = 0;
    while (str_next_line(&text, &line)) {
        Str rest = line, word[3];
        size_t words = 0;
        if (str_starts(line, STR("#")) || str_starts(line, STR("//")))
            continue;
        while (words < 3 && str_next_word(&rest, &word[words]))
            words++;
        if (words == 0)
            continue;
        count++;
        if (words == 3 && word[1].len == 1) {
            check_pair(scheme, word[0], word[1].ptr[0], word[2]);
        } else if (words == 2 && scheme->valid(word[1]) != str_eq(word[0], STR("valid"))) {
            fprintf(stderr, "%s: not " STR_FMT "\n", scheme->name, STR_ARG(line));
            FAIL("validity holds");
        }
    }
    return count;
}

TEST(versions_unknown_scheme_and_blank_versions)
{
    CHECK(!version_scheme_find(STR("nosuch")));
    CHECK(!version_scheme_find(STR("")));
    size_t count;
    const VersionScheme *const *all = version_schemes(&count);
    CHECK_INT(count, 17);
    for (size_t i = 0; i < count; i++) {
        CHECK(version_scheme_find(str_from(all[i]->name)) == all[i]);
        CHECK(i == 0 || str_cmp(str_from(all[i - 1]->name), str_from(all[i]->name)) < 0);
        CHECK(!all[i]->valid((Str){0}));
        CHECK_INT(version_compare(all[i], STR(""), STR("1")), VERSION_UNORDERED);
        CHECK_INT(version_compare(all[i], STR("1"), STR(" \t")), VERSION_UNORDERED);
        CHECK_INT(version_compare(all[i], STR(" 1.2"), STR("1.2\n")), VERSION_EQUAL);
    }
}

TEST(versions_facts)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    size_t count;
    const VersionScheme *const *all = version_schemes(&count);
    for (size_t i = 0; i < count; i++) {
        Str path = arena_printf(&arena, "tests/versions/%s.txt", all[i]->name), text;
        path = test_source(&arena, arena_c_str(&arena, path));
        REQUIRE_OK(file_read(path, 1 << 20, &arena, &text, &err));
        CHECK(check_facts(all[i], text) > 4);
    }
}

TEST(versions_shared_pairs)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    for (size_t i = 0; i < COUNT_OF(SHARED); i++) {
        Str path = arena_printf(&arena, "fixtures/versions/%s.txt", SHARED[i].shared), text;
        path = test_shared(&arena, arena_c_str(&arena, path));
        REQUIRE_OK(file_read(path, 1 << 24, &arena, &text, &err));
        CHECK(check_facts(scheme_of(SHARED[i].scheme), text) > 10);
    }
}

static uint64_t seed;

static size_t random_below(size_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % n);
}

/* Few pieces, so that many versions share a beginning. */
static Str random_version(Arena *arena, const char *const *pieces, size_t count)
{
    Str v = STR("");
    for (size_t n = 1 + random_below(7); n > 0; n--)
        v = arena_join(arena, v, str_from(pieces[random_below(count)]));
    return v;
}

static const char *const PIECES[] = {
    "0",     "1",   "2",     "10", "00",   "01", "a",  "b",  "rc",
    "alpha", "dev", "pre",   "p",  "x",    ".",  ".",  ".",  "-",
    "-",     "_",   "+",     "~",  "^",    ":",  "!",  "-r", "_p",
    "v",     "RC",  "final", ".0", ".0.0", "m",  "sp", "ga", "99999999999999999999",
};

/* The native rules of these are not transitive: PHP's unknown words and numbers; pacman's versions
 * without a release, which equal those with any; Maven's words against 0 ("x" is after "0" and "0"
 * after "0rc1", but "x" is before "0rc1"). */
static bool transitive(const VersionScheme *scheme)
{
    static const char *const NOT[] = {"alpm", "composer", "maven"};
    for (size_t i = 0; i < COUNT_OF(NOT); i++)
        if (str_eq(str_from(scheme->name), str_from(NOT[i])))
            return false;
    return true;
}

TEST(versions_are_ordered)
{
    size_t schemes;
    const VersionScheme *const *all = version_schemes(&schemes);
    seed = 20240229;
    for (int round = 0; round < 20000; round++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Str v[3];
        for (size_t i = 0; i < 3; i++)
            v[i] = random_version(&arena, PIECES, COUNT_OF(PIECES));
        for (size_t s = 0; s < schemes; s++) {
            VersionOrder ab = version_compare(all[s], v[0], v[1]);
            VersionOrder bc = version_compare(all[s], v[1], v[2]);
            VersionOrder ac = version_compare(all[s], v[0], v[2]);
            check_pair(all[s], v[0], shown(ab), v[1]);
            bool broken = (ab <= 0 && bc <= 0 && ac > 0) || (ab >= 0 && bc >= 0 && ac < 0) ||
                          (ab == 0 && bc == 0 && ac != 0);
            if (broken && transitive(all[s])) {
                fprintf(stderr, "%s: " STR_FMT " %c " STR_FMT " %c " STR_FMT " but %c\n",
                        all[s]->name, STR_ARG(v[0]), shown(ab), STR_ARG(v[1]), shown(bc),
                        STR_ARG(v[2]), shown(ac));
                FAIL("transitive");
            }
        }
    }
}

/* Hostile lengths cost no more than a few passes. */
TEST(versions_long_strings)
{
    static const char *const UNITS[] = {"0.", "0-", "-0", ".",   "-", "1.",
                                        "a.", "0a", "9",  "_p1", "~"};
    size_t schemes;
    const VersionScheme *const *all = version_schemes(&schemes);
    for (size_t u = 0; u < COUNT_OF(UNITS); u++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Str unit = str_from(UNITS[u]), text = arena_join(&arena, STR("1"), unit);
        while (text.len < 20000)
            text = arena_join(&arena, text, text);
        Str a = arena_join(&arena, text, STR("1")), b = arena_join(&arena, text, STR("x"));
        for (size_t s = 0; s < schemes; s++) {
            check_pair(all[s], a, shown(version_compare(all[s], a, b)), b);
            all[s]->valid(a);
        }
    }
}
