/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that anyone can look up, in a database built from all of the shared feeds and in the seed. */
#include "help.h"

typedef struct Fact {
    Str ecosystem, package, id, fixed; /* fixed empty: there is no fix */
} Fact;

static const Fact known[] = {
    {STR_INIT("Maven"), STR_INIT("org.apache.logging.log4j:log4j-core"), STR_INIT("CVE-2021-44228"),
     STR_INIT("2.3.1")},
    {STR_INIT("Maven"), STR_INIT("org.apache.logging.log4j:log4j-core"), STR_INIT("CVE-2021-44228"),
     STR_INIT("2.12.2")},
    {STR_INIT("Maven"), STR_INIT("org.apache.logging.log4j:log4j-core"), STR_INIT("CVE-2021-44228"),
     STR_INIT("2.15.0")},
    {STR_INIT("Maven"), STR_INIT("*:spring-beans"), STR_INIT("CVE-2022-22965"), STR_INIT("5.3.18")},
    {STR_INIT("Maven"), STR_INIT("*:spring-beans"), STR_INIT("CVE-2022-22965"),
     STR_INIT("5.2.20.RELEASE")},
    {STR_INIT("PyPI"), STR_INIT("django"), STR_INIT("CVE-2022-28346"), STR_INIT("4.0.4")},
    {STR_INIT("Debian:12"), STR_INIT("glibc"), STR_INIT("CVE-2023-4911"),
     STR_INIT("2.36-9+deb12u3")},
    {STR_INIT("Debian:12"), STR_INIT("curl"), STR_INIT("CVE-2023-38545"),
     STR_INIT("7.88.1-10+deb12u4")},
    {STR_INIT("Debian:11"), STR_INIT("rsync"), STR_INIT("CVE-2024-12085"),
     STR_INIT("3.2.3-4+deb11u2")},
    {STR_INIT("Debian:12"), STR_INIT("rsync"), STR_INIT("CVE-2024-12085"),
     STR_INIT("3.2.7-1+deb12u1")},
    {STR_INIT("Debian:13"), STR_INIT("rsync"), STR_INIT("CVE-2024-12085"), STR_INIT("3.3.0+ds1-3")},
    {STR_INIT("Alpine:v3.20"), STR_INIT("openssl"), STR_INIT("CVE-2024-6119"),
     STR_INIT("3.3.2-r0")},
    {STR_INIT("Go"), STR_INIT("golang.org/x/net"), STR_INIT("CVE-2023-39325"), STR_INIT("0.17.0")},
    {STR_INIT("npm"), STR_INIT("lodash"), STR_INIT("CVE-2021-23337"), STR_INIT("4.17.21")},
    {STR_INIT("npm"), STR_INIT("flatmap-stream"), STR_INIT("GHSA-mh6f-8j2x-4483"), STR_INIT("")},
    {STR_INIT("RubyGems"), STR_INIT("actionpack"), STR_INIT("CVE-2013-0156"), STR_INIT("3.2.11")},
    {STR_INIT("RubyGems"), STR_INIT("nokogiri"), STR_INIT("CVE-2022-24836"), STR_INIT("1.13.4")},
    {STR_INIT("AlmaLinux:9"), STR_INIT("squid"), STR_INIT("CVE-2024-45802"),
     STR_INIT("7:5.5-14.el9_5.3")},
};

static bool has_fix(const AdvisoryVec *rows, const Fact *fact)
{
    for (size_t i = 0; i < rows->len; i++)
        for (size_t n = 0; str_eq(rows->at[i].id, fact->id) && n < rows->at[i].ranges.len; n++)
            if (str_eq(rows->at[i].ranges.at[n].fixed, fact->fixed))
                return true;
    return false;
}

static void check_known(const Database *db, Arena *arena)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        AdvisoryVec rows = {0};
        database_find(db, known[i].ecosystem, known[i].package, arena, &rows);
        if (!has_fix(&rows, &known[i]))
            fprintf(stderr, STR_FMT " " STR_FMT ": " STR_FMT "\n", STR_ARG(known[i].id),
                    STR_ARG(known[i].package), STR_ARG(known[i].fixed));
        CHECK(has_fix(&rows, &known[i]));
    }
    Advisory evil =
        help_find(db, arena, STR("npm"), STR("flatmap-stream"), STR("GHSA-mh6f-8j2x-4483"));
    CHECK(evil.malware);
    AdvisoryVec smallvec = {0};
    Vulnerability v;
    database_advisories_of(db, STR("RUSTSEC-2021-0003"), arena, &smallvec);
    CHECK(smallvec.len && str_eq(smallvec.at[smallvec.len - 1].package, STR("smallvec")));
    CHECK(database_vulnerability(db, STR("CVE-2021-3156"), 0, arena, &v));
    double nvd = 0;
    for (size_t i = 0; i < v.cvss.len; i++)
        if (str_eq(v.cvss.at[i].source, STR("nvd")) && str_eq(v.cvss.at[i].version, STR("3.1")))
            nvd = v.cvss.at[i].score;
    CHECK(nvd > 7.79 && nvd < 7.81);
    CHECK(database_vulnerability(db, STR("CVE-2021-44228"), 0, arena, &v));
    CHECK(v.exploit[EXPLOIT_KEV] && v.exploit[EXPLOIT_RANSOMWARE] && v.epss > 0.9);
    CHECK(help_has(&v.aliases, STR("GHSA-jfh8-c2jp-5v3q")));
    AdvisoryVec django = {0};
    size_t doubted = 0;
    database_find(db, STR("PyPI"), STR("django"), arena, &django);
    for (size_t i = 0; i < django.len; i++)
        if (str_eq(django.at[i].id, STR("CVE-2022-45442")))
            doubted += help_has(&django.at[i].doubt, STR("sinatra"));
    CHECK(doubted > 0);
    CHECK(!database_has_ecosystem(db, STR("Ubuntu:22.04")));
    CHECK(database_has_ecosystem(db, STR("Debian:13")) && database_has_ecosystem(db, STR("npm")));
}

static void check_counts(const Database *db, Arena *arena)
{
    static const struct {
        Str name;
        uint64_t records;
    } sources[] = {
        {STR_INIT("osv/Debian"), 39023}, {STR_INIT("osv/Alpine"), 5922},
        {STR_INIT("osv/PyPI"), 2684},    {STR_INIT("kev"), 1647},
        {STR_INIT("epss"), 360142},      {STR_INIT("nvd"), 278612},
        {STR_INIT("nodejs-core"), 171},  {STR_INIT("cwe"), 964},
        {STR_INIT("exploits"), 36386},
    };
    DatabaseInfo info;
    database_info(db, arena, &info);
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        uint64_t records = 0;
        for (size_t n = 0; n < info.sources.len; n++)
            if (str_eq(info.sources.at[n].name, sources[i].name))
                records = info.sources.at[n].records;
        CHECK_INT(records, sources[i].records);
    }
    CHECK_INT(info.built, date_of(2026, 11, 22));
}

TEST(known_facts_in_the_feeds)
{
    Arena arena CLEANUP(arena_fini);
    BuildReport report = {0};
    arena_init(&arena);
    Database *db = help_build(&arena, test_shared(&arena, "feeds"), &report);
    CHECK_INT(report.notes.len, 0);
    check_known(db, &arena);
    check_counts(db, &arena);
    database_close(db);
}

TEST(known_facts_in_the_seed)
{
    Arena arena CLEANUP(arena_fini);
    BuildReport report = {0};
    DatabaseInfo info;
    arena_init(&arena);
    Database *db = help_build(&arena, test_source(&arena, "data"), &report);
    CHECK_INT(report.notes.len, 0);
    database_info(db, &arena, &info);
    CHECK(info.seed);
    check_known(db, &arena);
    check_counts(db, &arena);
    database_close(db);
}
