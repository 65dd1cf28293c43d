/* SPDX-License-Identifier: Apache-2.0 */
/* The numbered rules of docs/matching-rules.md that concern language packages. */
#include "scene.h"

TEST(rule_35_owned_by_an_os_package)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_fix(&s, "CVE-2024-0001", "PyPI", "requests", "2.99");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "other", "2");
    scene_source(&s, PACKAGE_DEB, "python3-requests", "2.28.1", "requests", "2.28.1");
    scene_package(&s, PACKAGE_PYPI, "requests", "2.28.1")->owner = 0;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.packages.at[1].owner = PACKAGE_NONE;
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_36_owner_of_another_vendor)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_os(&s, "debian", "12");
    scene_fix(&s, "CVE-2024-0001", "npm", "lodash", "4.17.21");
    scene_fix(&s, "CVE-2024-0002", "Debian:12", "other", "2");
    scene_package(&s, PACKAGE_DEB, "nodejs", "20-1nodesource1")->third_party = true;
    scene_package(&s, PACKAGE_NPM, "lodash", "4.17.20")->owner = 0;
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
    s.inventory.packages.at[0].third_party = false;
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001")); /* rule 77 */
}

TEST(rule_39_java_build_suffix)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "Maven", "com.microsoft.sqlserver:mssql-jdbc", "8.2.2");
    scene_fix(&s, "CVE-2024-0002", "Maven", "com.microsoft.sqlserver:mssql-jdbc", "8.2.3.jre8");
    scene_package(&s, PACKAGE_MAVEN, "com.microsoft.sqlserver:mssql-jdbc", "8.2.2.jre11");
    scene_match(&s);
    CHECK(!scene_find(&s, "CVE-2024-0001"));
    CHECK(scene_counts(&s, "CVE-2024-0002"));
}

TEST(rule_40_go_standard_library)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"GO-2024-1\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{\"package\":"
              "{\"name\":\"stdlib\",\"ecosystem\":\"Go\"},\"ranges\":[{\"type\":\"SEMVER\","
              "\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1.20.12\"},{\"introduced\":"
              "\"1.21.0-0\"},{\"fixed\":\"1.21.5\"}]}]}]}");
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.20.12");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.21.4");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->packages.len == 1 && f->fixed_in.len == 1);
    CHECK_STR(f->fixed_in.at[0], STR("1.21.5"));
}

TEST(rule_40_pseudo_versions)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "Go", "golang.org/x/crypto",
              "0.0.0-20220314234659-1baeb1ce4c0b");
    scene_package(&s, PACKAGE_GOLANG, "golang.org/x/crypto", "v0.0.0-20220401000000-abcdefabcdef");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_GOLANG, "golang.org/x/crypto", "v0.0.0-20210921155107-089bfa567519");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_42_python_names)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "PyPI", "zope-interface", "2");
    scene_package(&s, PACKAGE_PYPI, "Zope.Interface", "2");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_PYPI, "Zope.Interface", "1.9");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f != NULL);
    CHECK_STR(f->unit, STR("zope-interface"));
}

TEST(rule_44_nuget_case)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "NuGet", "Newtonsoft.Json", "13.0.1");
    scene_package(&s, PACKAGE_NUGET, "NEWTONSOFT.json", "13.0.1");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_NUGET, "newtonsoft.json", "12.0.3");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_66_classifiers)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2024-0001", "Bitnami", "apache", "2.4.60");
    scene_package(&s, PACKAGE_BITNAMI, "apache", "2.4.59")->confidence = .6;
    scene_match(&s);
    CHECK_INT(s.incomplete.len, 0);
    const Finding *f = scene_find(&s, "CVE-2024-0001");
    CHECK(f && f->evidence.at[0].confidence < .55);
    scene_package(&s, PACKAGE_GENERIC, "lighttpd", "1.4.60");
    scene_package(&s, PACKAGE_GEM, "rails", "1");
    scene_match(&s);
    CHECK(scene_says(&s.incomplete, "lighttpd"));
    CHECK(scene_says(&s.incomplete, "RubyGems")); /* no data: unknown */
}

TEST(rule_72_ranges_and_versions_are_a_union)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"PYSEC-2024-1\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
              "\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"foo\"},\"ranges\":[{\"type\":"
              "\"GIT\",\"repo\":\"x\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"abc\"}]},{"
              "\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"2.0\"},{\"fixed\":\"2.5\"}]}"
              "],\"versions\":[\"1.0\",\"1.1\"]}]}");
    scene_osv(&s, "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{"
                  "\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"foo\"},\"ranges\":[{\"type\":"
                  "\"ECOSYSTEM\",\"events\":[{\"introduced\":\"3.0\"},{\"fixed\":\"3.1\"}]}]}]}");
    scene_package(&s, PACKAGE_PYPI, "foo", "2.5");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    static const char *const vulnerable[] = {"2.4", "1.1", "3.0"};
    for (size_t i = 0; i < COUNT_OF(vulnerable); i++) {
        s.inventory.packages.at[0].version = str_from(vulnerable[i]);
        scene_match(&s);
        CHECK_INT(s.findings.len, 1);
        CHECK(scene_counts(&s, "CVE-2024-0001"));
    }
}

TEST(rule_73_npm_versions)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2021-23337", "npm", "lodash", "4.17.21");
    scene_package(&s, PACKAGE_NPM, "lodash", "=4.17.21");
    scene_package(&s, PACKAGE_NPM, "nobody-knows", "whatever");
    scene_match(&s);
    CHECK_INT(s.findings.len + s.incomplete.len, 0);
    s.inventory.packages.at[0].version = STR("v4.17.20");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2021-23337"));
    s.inventory.packages.at[0].version = STR("4.17.x-custom");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    CHECK(scene_says(&s.incomplete, "lodash 4.17.x-custom"));
}

static void go_scene(Scene *s, const char *symbol)
{
    scene_init(s);
    scene_osv(s, "{\"id\":\"GO-2023-2102\",\"aliases\":[\"CVE-2023-39325\"],\"affected\":[{"
                 "\"package\":{\"name\":\"golang.org/x/net\",\"ecosystem\":\"Go\"},\"ranges\":[{"
                 "\"type\":\"SEMVER\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"0.17.0\"}]}],"
                 "\"ecosystem_specific\":{\"imports\":[{\"path\":\"golang.org/x/net/http2\","
                 "\"symbols\":[\"Server.ServeConn\"]}]}}]}");
    Executable *e = vec_push(&s->arena, &s->inventory.executables);
    Buf symbols = {0};
    buf_u32le(&symbols, go_symbol_hash(STR("golang.org/x/net/http2"), str_from(symbol)));
    e->symbols = arena_str(&s->arena, buf_str(&symbols));
    buf_fini(&symbols);
    e->goos = STR("linux");
    scene_package(s, PACKAGE_GOLANG, "golang.org/x/net", "v0.16.0")->executable = 0;
    scene_match(s);
}

TEST(rule_74_functions_of_the_executable)
{
    Scene s CLEANUP(scene_fini) = {0};
    go_scene(&s, "Transport.RoundTrip");
    const Finding *f = scene_find(&s, "CVE-2023-39325");
    CHECK(f && f->status == STATUS_NOT_AFFECTED);
    CHECK_STR(f->mask.author, STR("rule 74"));
    go_scene(&s, "(*Server).ServeConn");
    CHECK(scene_counts(&s, "CVE-2023-39325"));
    s.inventory.executables.at[0].symbols = (Str){0}; /* not known: nothing is taken off */
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2023-39325"));
}

TEST(rule_74_one_of_two_executables)
{
    Scene s CLEANUP(scene_fini) = {0};
    go_scene(&s, "Transport.RoundTrip");
    *vec_push(&s.arena, &s.inventory.executables) = (Executable){.goos = STR("linux")};
    scene_package(&s, PACKAGE_GOLANG, "golang.org/x/net", "v0.15.0")->executable = 1;
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2023-39325");
    CHECK(f && f->packages.len == 2 && f->mask.reason.len == 0 && f->status == STATUS_AFFECTED);
}

TEST(rule_74_operating_systems)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s,
              "{\"id\":\"GO-2024-1\",\"aliases\":[\"CVE-2024-0001\"],\"affected\":[{\"package\":"
              "{\"name\":\"stdlib\",\"ecosystem\":\"Go\"},\"ranges\":[{\"type\":\"SEMVER\","
              "\"events\":[{\"introduced\":\"0\"}]}],\"ecosystem_specific\":{\"imports\":[{"
              "\"path\":\"os\",\"goos\":[\"windows\"]}]}}]}");
    Executable *e = vec_push(&s.arena, &s.inventory.executables);
    e->goos = STR("linux");
    scene_package(&s, PACKAGE_GOLANG, "stdlib", "1.20.0")->executable = 0;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    s.inventory.executables.at[0].goos = STR("windows");
    scene_match(&s);
    CHECK(scene_counts(&s, "CVE-2024-0001"));
}

TEST(rule_75_jar_without_a_group)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_fix(&s, "CVE-2022-22965", "Maven", "org.springframework:spring-beans", "5.3.18");
    scene_fix(&s, "CVE-2024-0001", "Maven", "org.other:spring-core", "99");
    scene_package(&s, PACKAGE_MAVEN, "spring-beans", "5.3.18");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_MAVEN, "spring-beans", "5.3.10")->confidence = .8;
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2022-22965");
    CHECK(f && f->evidence.at[0].confidence < .5);
    CHECK(str_contains(f->evidence.at[0].why, STR("group is not known")));
    s.inventory.packages.at[1].name = STR("com.example:spring-beans");
    s.inventory.packages.at[1].confidence = 1;
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
}

/* What a manifest suggests may be wrong, and would hide everything. */
TEST(rule_75_jar_with_a_guessed_group)
{
    static const struct {
        const char *name;
        double confidence;
        bool found, doubted;
    } rows[] = {
        {"com.example:spring-beans", .9, false, false}, /* stated in the jar, shaded */
        {"com.example:spring-web", .8, false, false},   /* another artifact */
        {"org.known:spring-beans", .8, false, false},   /* a project of its own, without flaws */
        {"org.springframework:spring-beans", .8, true, false},
        {"com.example:spring-beans", .8, true, true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Scene s CLEANUP(scene_fini) = {0};
        scene_init(&s);
        scene_fix(&s, "CVE-2022-22965", "Maven", "org.springframework:spring-beans", "5.3.18");
        scene_fix(&s, "CVE-2022-0001", "Maven", "org.known:spring-beans", "1");
        scene_package(&s, PACKAGE_MAVEN, rows[i].name, "5.3.10")->confidence = rows[i].confidence;
        scene_match(&s);
        const Finding *f = scene_find(&s, "CVE-2022-22965");
        CHECK_INT(f != NULL, rows[i].found);
        CHECK(!f || (f->evidence.at[0].confidence < .5) == rows[i].doubted);
        CHECK_INT(s.incomplete.len, 0);
    }
}

static const char jackson[] =
    "{\"id\":\"GHSA-aaaa-bbbb-cccc\",\"aliases\":[\"CVE-2020-0001\"],\"affected\":[{\"package\":{"
    "\"ecosystem\":\"Maven\",\"name\":\"a:jackson\"},\"ranges\":["
    "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"2.10.0\"},{\"fixed\":\"2.10.5\"}]},"
    "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"2.9.0\"},{\"fixed\":\"2.9.10.4\"}]},"
    "{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.8.11.6\"}]}]}]}";

TEST(rule_76_fix_of_the_installed_branch_first)
{
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    scene_osv(&s, jackson);
    scene_package(&s, PACKAGE_MAVEN, "a:jackson", "2.9.10.4");
    scene_match(&s);
    CHECK_INT(s.findings.len, 0);
    scene_package(&s, PACKAGE_MAVEN, "a:jackson", "2.9.8");
    scene_match(&s);
    const Finding *f = scene_find(&s, "CVE-2020-0001");
    CHECK(f && f->fixed_in.len == 2);
    CHECK_STR(f->fixed_in.at[0], STR("2.9.10.4"));
    CHECK_STR(f->fixed_in.at[1], STR("2.10.5"));
}

TEST(real_language_facts)
{
    static const struct {
        PackageType type;
        const char *folder, *name, *vulnerable, *id, *fixed;
    } rows[] = {
        {PACKAGE_MAVEN, "Maven", "org.apache.logging.log4j:log4j-core", "2.14.1", "CVE-2021-44228",
         "2.15.0"},
        {PACKAGE_MAVEN, "Maven", "org.springframework:spring-beans", "5.3.17", "CVE-2022-22965",
         "5.3.18"},
        {PACKAGE_PYPI, "PyPI", "Django", "4.0.3", "CVE-2022-28346", "4.0.4"},
        {PACKAGE_CARGO, "crates.io", "smallvec", "1.6.0", "CVE-2021-25900", "1.6.1"},
        {PACKAGE_GOLANG, "Go", "golang.org/x/net", "v0.16.0", "CVE-2023-39325", "0.17.0"},
        {PACKAGE_NPM, "npm", "lodash", "4.17.20", "CVE-2021-23337", "4.17.21"},
        {PACKAGE_GEM, "RubyGems", "nokogiri", "1.13.3", "CVE-2022-24836", "1.13.4"},
    };
    Scene s CLEANUP(scene_fini) = {0};
    scene_init(&s);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Str folder = arena_printf(&s.arena, "osv/%s", rows[i].folder);
        if (i == 0 || rows[i].folder != rows[i - 1].folder)
            scene_shared(&s, arena_c_str(&s.arena, folder));
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        s.inventory.packages.len = 0;
        scene_package(&s, rows[i].type, rows[i].name, rows[i].fixed);
        scene_match(&s);
        CHECK(!scene_find(&s, rows[i].id));
        s.inventory.packages.len = 0;
        scene_package(&s, rows[i].type, rows[i].name, rows[i].vulnerable);
        scene_match(&s);
        const Finding *f = scene_find(&s, rows[i].id);
        if (!f || !f->fixed_in.len || !str_eq(f->fixed_in.at[0], str_from(rows[i].fixed)))
            fprintf(stderr, "%s %s\n", rows[i].name, rows[i].id);
        CHECK(f && f->fixed_in.len && str_eq(f->fixed_in.at[0], str_from(rows[i].fixed)));
    }
}
