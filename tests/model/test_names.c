/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ecosystem.h"
#include "model/purl.h"
#include "test.h"

TEST(ecosystem_of_releases)
{
    static const struct {
        const char *id, *version, *want;
    } rows[] = {
        {"", "", ""},
        {"gentoo", "2.15", ""},
        {"debian", "", ""},
        {"alpine", "", ""},
        {"debian", "12", "Debian:12"},
        {"debian", "12.5", "Debian:12"},
        {"ubuntu", "22.04", "Ubuntu:22.04"},
        {"alpine", "3.20.3", "Alpine:v3.20"},
        {"alpine", "3.20", "Alpine:v3.20"},
        {"alpine", "3.21_alpha20240807", "Alpine:edge"},
        {"alpine", "edge", "Alpine:edge"},
        {"almalinux", "9.4", "AlmaLinux:9"},
        {"rocky", "8.10", "Rocky Linux:8"},
        {"opensuse-leap", "15.6", "openSUSE:15.6"},
        {"wolfi", "20230201", "Wolfi"},
    };
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        OsRelease os = {.id = str_from(rows[i].id), .version = str_from(rows[i].version)};
        CHECK_STR(ecosystem_of_os(&arena, &os), str_from(rows[i].want));
    }
}

TEST(ecosystem_keys)
{
    static const struct {
        const char *ecosystem, *name, *want;
    } rows[] = {
        {"npm", "Lodash", "Lodash"},
        {"PyPI", "Zope.Interface", "zope-interface"},
        {"PyPI", "a__b.-c", "a-b-c"},
        {"PyPI", "", ""},
        {"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
        {"Packagist", "Foo/Bar", "foo/bar"},
        {"Debian:12", "openssl", "openssl"},
    };
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    CHECK(!ecosystem_find(STR("Nothing")));
    CHECK(!ecosystem_find(STR("debian")));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const Ecosystem *eco = ecosystem_find(str_from(rows[i].ecosystem));
        CHECK(eco != NULL);
        CHECK_STR(ecosystem_package_key(&arena, eco, str_from(rows[i].name)),
                  str_from(rows[i].want));
    }
}

static void check_purl(Arena *arena, PackageType type, const char *name, const char *version,
                       const char *want)
{
    OsRelease os = {.id = STR("debian"), .version = STR("12")};
    Package p = {.type = type, .name = str_from(name), .version = str_from(version)};
    package_close(arena, &p, &os);
    CHECK_STR(p.purl, str_from(want));
    Purl purl;
    CHECK(purl_parse(arena, p.purl, &purl));
    CHECK_STR(purl.type, package_type_name(type));
    if (type != PACKAGE_PYPI && type != PACKAGE_RPM) {
        CHECK_STR(purl_package_name(arena, &purl), str_from(name));
        CHECK_STR(purl.version, str_from(version));
    }
}

TEST(purl_there_and_back)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    check_purl(&arena, PACKAGE_NPM, "@angular/core", "1.0.0", "pkg:npm/%40angular/core@1.0.0");
    check_purl(&arena, PACKAGE_NPM, "lodash", "4.17.21", "pkg:npm/lodash@4.17.21");
    check_purl(&arena, PACKAGE_MAVEN, "org.apache:log4j", "2.14",
               "pkg:maven/org.apache/log4j@2.14");
    check_purl(&arena, PACKAGE_GOLANG, "golang.org/x/net", "v0.1.0",
               "pkg:golang/golang.org/x/net@v0.1.0");
    check_purl(&arena, PACKAGE_PYPI, "Zope.Interface", "1", "pkg:pypi/zope-interface@1");
    check_purl(&arena, PACKAGE_DEB, "libc6", "2.36-9+deb12u1",
               "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?distro=debian-12");
    check_purl(&arena, PACKAGE_RPM, "squid", "7:5.5-14",
               "pkg:rpm/debian/squid@5.5-14?distro=debian-12&epoch=7");
}

TEST(purl_of_a_source_package)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    OsRelease os = {.id = STR("alpine"), .version = STR("3.20.3")};
    Package p = {.type = PACKAGE_APK,
                 .name = STR("libssl3"),
                 .version = STR("3.3.2-r0"),
                 .arch = STR("x86_64"),
                 .source_name = STR("openssl")};
    Purl purl;
    package_close(&arena, &p, &os);
    CHECK_STR(p.purl, STR("pkg:apk/alpine/libssl3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3&"
                          "upstream=openssl"));
    CHECK(purl_parse(&arena, p.purl, &purl));
    CHECK_STR(purl.upstream, STR("openssl"));
    CHECK_STR(purl.arch, STR("x86_64"));
}

TEST(purl_hostile)
{
    static const char *const bad[] = {"",          "pkg:",         "pkg:npm", "pkg:npm/",
                                      "pkg:/name", "npm/lodash@1", "pkg:///"};
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Purl purl;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (purl_parse(&arena, str_from(bad[i]), &purl)) {
            fprintf(stderr, "%s\n", bad[i]);
            FAIL("no purl, but read as one");
        }
    CHECK(purl_parse(&arena, STR("pkg:npm/a%2@1%"), &purl)); /* broken escapes stay as they are */
    CHECK_STR(purl.version, STR("1%"));
    CHECK(purl_parse(&arena, STR("PKG:npm/lodash@1") /* the scheme is case-insensitive */, &purl));
}
