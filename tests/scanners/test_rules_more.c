/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered rules of docs/matching-rules.md: releases that mix, versions as their ecosystems
 * write them, states of Red Hat's, and the table itself. */
#include "base/fd.h"
#include "scene.h"

static void debian_scene(Scene *s, const char *version)
{
    scene_init(s);
    scene_os(s, "debian", "12");
    scene_fix(s, "CVE-2024-0001", "Debian:11", "openssl", "1.1.1w-0+deb11u1");
    scene_fix(s, "CVE-2024-0001", "Debian:12", "openssl", "3.0.11-1~deb12u2");
    scene_fix(s, "CVE-2024-0001", "Debian:13", "openssl", "3.5.1-1+deb13u2");
    scene_source(s, PACKAGE_DEB, "libssl", version, "openssl", version);
    scene_match(s);
}

/* An image for Debian 12 with packages of Debian 11, as distroless had them. */
TEST(rule_4_packages_of_an_older_release)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian_scene(&s, "1.1.1w-0+deb11u1");
    CHECK_INT(s.findings.len, 0);
    debian_scene(&s, "1.1.1n-0+deb11u3");
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->mask.reason.len == 0 && f->fixed_in.len);
    CHECK_STR(f->fixed_in.at[0], STR("1.1.1w-0+deb11u1"));
    debian_scene(&s, "1.1.1w-0+b11u1"); /* no release in it: the image's counts */
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    debian_scene(&s, "1.1.1w-0+deb7u1"); /* nor a word about it in the database */
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

/* A package of Debian 13 in Debian 12: past the fix of 12, and yet before its own. */
TEST(rule_10_packages_of_a_newer_release)
{
    Scene s CLEANUP(scene_fini) = {0};
    debian_scene(&s, "3.5.1-1+deb13u2");
    CHECK_INT(s.findings.len, 0);
    debian_scene(&s, "3.5.1-1+deb13u1");
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    CHECK_STR(scene_find(&s, "CVE-2024-0001")->fixed_in.at[0], STR("3.5.1-1+deb13u2"));
    /* What 12 never fixed says nothing about 13's. */
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_osv(&s, "{\"id\":\"DEBIAN-CVE-2024-0002\",\"aliases\":[\"CVE-2024-0002\"],\"affected\":"
                  "[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"openssl\"},\"ranges\":[{"
                  "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]}]}");
    scene_fix(&s, "CVE-2024-0003", "Debian:13", "other", "1");
    scene_package(&s, PACKAGE_DEB, "openssl", "3.5.1-1~deb13u2");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[0].version = s.inventory.packages.at[0].source_version =
        STR("3.0.9-1~deb12u2");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

/* Packages are listed, and no feed speaks about them: unknown. */
TEST(rule_5_openwrt_is_unknown)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "openwrt", "23.05");
    scene_fix(&s, "CVE-2024-0001", "Debian:12", "busybox", "2");
    scene_package(&s, PACKAGE_DEB, "busybox", "1.36.1-1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "unknown, not clean"));
    scene_os(&s, "debian", "12");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    CHECK_INT(s.incomplete.len, 0);
}

/* The version as installed, the version that fixes, and whether that is a finding. */
typedef struct VersionRow {
    const char *installed, *fixed;
    bool found;
} VersionRow;

static void check_versions(PackageType type, const char *ecosystem, const VersionRow *rows,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Scene s CLEANUP(scene_fini) = {0};
        scene_init(&s);
        scene_fix(&s, "CVE-2024-0001", ecosystem, "a/b", rows[i].fixed);
        scene_package(&s, type, "a/b", rows[i].installed);
        scene_match(&s);
        if (scene_counts(&s, "CVE-2024-0001") != rows[i].found)
            fprintf(stderr, "%s: %s, fixed in %s\n", ecosystem, rows[i].installed, rows[i].fixed);
        CHECK_INT(scene_counts(&s, "CVE-2024-0001"), rows[i].found);
        CHECK_INT(s.incomplete.len, 0);
    }
}

/* Numbers are filled up with zeros, and the "v" goes; the words are PHP's. */
TEST(rule_44_composer_versions)
{
    static const VersionRow rows[] = {
        {"v1.2", "1.2.0", false},          {"1.2.0.0", "1.2", false},
        {"V1.2.0", "1.2", false},          {"1.2", "v1.2.0.1", true},
        {"1.2.0-beta1", "1.2", true},      {"v1.2-beta1", "1.2.0-beta2", true},
        {"1.2-RC1", "1.2.0-beta2", false}, {"1.2.0-p1", "1.2", false},
        {"1.2", "1.2.0-p1", true},         {"1.2+build", "1.2.0", false},
        {"1.10", "1.9.1", false},          {"1.1.99", "1.2", true},
        {"1.2.0", "1.2.0+p1", false},      {"1.2.0.0-alpha", "1.2", true},
        {"2.2.0-patch2", "2.2-p1", false},
    };
    check_versions(PACKAGE_COMPOSER, "Packagist", rows, COUNT_OF(rows));
}

/* A branch is whatever it held that day: not comparable, and said so where it matters. */
TEST(rule_44_composer_branches)
{
    static const char *const branches[] = {"dev-main", "DEV-x", "1.x-dev", "2.0.x-dev"};
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "Packagist", "a/b", "3");
    scene_package(&s, PACKAGE_COMPOSER, "c/no-record", "dev-main");
    scene_match(&s);
    CHECK_INT(s.incomplete.len, 0);
    scene_package(&s, PACKAGE_COMPOSER, "a/b", "");
    for (size_t i = 0; i < COUNT_OF(branches); i++) {
        s.incomplete.len = 0;
        s.inventory.packages.at[1].version = str_from(branches[i]);
        scene_match(&s);
        CHECK_INT(s.findings.len, 0);
        CHECK(scene_says(&s.incomplete, branches[i]));
    }
    s.inventory.packages.at[1].version = STR("2.9-dev1");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

/* To RubyGems a hyphen begins a pre-release; what stands there is mostly a platform. */
TEST(rule_44_platforms_of_gems)
{
    static const VersionRow rows[] = {
        {"1.13.4-x86_64-linux", "1.13.4", false},
        {"1.13.4-java", "1.13.4", false},
        {"1.13.4-aarch64-linux-musl", "1.13.4", false},
        {"1.13.3-x64-mingw32", "1.13.4", true},
        {"1.13.4-rc1", "1.13.4", true},
        {"1.13.4.rc1", "1.13.4", true},
    };
    check_versions(PACKAGE_GEM, "RubyGems", rows, COUNT_OF(rows));
}

TEST(rule_73_a_leading_v)
{
    static const VersionRow rows[] = {
        {"v1.6.1", "1.6.1", false}, {"v1.6.0", "1.6.1", true}, {"v1.6.1-rc.1", "1.6.1", true}};
    check_versions(PACKAGE_CARGO, "crates.io", rows, COUNT_OF(rows));
    check_versions(PACKAGE_NPM, "npm", rows, COUNT_OF(rows));
    check_versions(PACKAGE_GOLANG, "Go", rows, COUNT_OF(rows));
    check_versions(PACKAGE_COMPOSER, "Packagist", rows, COUNT_OF(rows));
}

/* ---- the table ---- */

typedef struct Table {
    Arena arena;
    Str text;
    bool rules[81];
} Table;

/* The rules a row is about: "11, 26" or "35". */
static void take_rules(Table *t, Str cell)
{
    Str number;
    uint64_t rule;
    while (str_next(&cell, ',', &number)) {
        CHECK(str_to_u64(str_trim(number), &rule) && rule > 0 && rule < COUNT_OF(t->rules));
        t->rules[rule] = true;
    }
}

/* "inventory/test_dpkg.c: `a`, `b`; versions/test_rules.c: `c`". */
static size_t check_tests(Table *t, Str cell)
{
    Str part, file, names, before, name;
    size_t count = 0;
    while (str_next(&cell, ';', &part)) {
        Error err = {0};
        Str text, path;
        if (!str_cut(str_trim(part), ':', &file, &names) || !str_ends(file, STR(".c")))
            continue;
        path = arena_printf(&t->arena, "tests/" STR_FMT, STR_ARG(file));
        REQUIRE_OK(file_read(test_source(&t->arena, arena_c_str(&t->arena, path)), 1 << 20,
                             &t->arena, &text, &err));
        while (str_cut(names, '`', &before, &names) && str_cut(names, '`', &name, &names)) {
            Str line = arena_printf(&t->arena, "TEST(" STR_FMT ")", STR_ARG(name));
            if (!str_contains(text, line))
                fprintf(stderr, STR_FMT " is not in " STR_FMT "\n", STR_ARG(name), STR_ARG(file));
            CHECK(str_contains(text, line));
            count++;
        }
    }
    return count;
}

/* Every rule has a row, every row a test that is there or a word about why it has none. */
TEST(rule_80_the_table_is_whole)
{
    Table t = {0};
    Error err = {0};
    Str line, cells[5], rest;
    arena_init(&t.arena);
    REQUIRE_OK(file_read(test_source(&t.arena, "docs/matching-rules.md"), 1 << 20, &t.arena,
                         &t.text, &err));
    while (str_next_line(&t.text, &line)) {
        rest = line;
        if (str_at(line, 0) != '|' || !char_is_digit(str_at(line, 2)))
            continue;
        for (size_t i = 0; i < COUNT_OF(cells); i++)
            CHECK(str_next(&rest, '|', &cells[i]));
        take_rules(&t, cells[1]);
        bool told = check_tests(&t, cells[4]) > 0 || str_contains(cells[4], STR("not built"));
        if (!told)
            fprintf(stderr, STR_FMT "\n", STR_ARG(line));
        CHECK(told);
    }
    for (size_t i = 1; i < COUNT_OF(t.rules); i++) {
        if (!t.rules[i])
            fprintf(stderr, "no row for rule %zu\n", i);
        CHECK(t.rules[i]);
    }
    arena_fini(&t.arena);
}
