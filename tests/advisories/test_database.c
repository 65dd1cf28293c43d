/* SPDX-License-Identifier: Apache-2.0 */
/* The file: foreign, cut short, lying, damaged anywhere. */
#include <unistd.h>
#include "advisories/seed.h"
#include "base/fd.h"
#include "help.h"

typedef struct Copy {
    Arena arena;
    Str folder, path;
    Str bytes; /* of a good database */
} Copy;

static void copy_init(Copy *copy)
{
    Error err = {0};
    BuildReport report = {0};
    arena_init(&copy->arena);
    copy->folder = test_folder(&copy->arena);
    copy->path = arena_printf(&copy->arena, STR_FMT "/x.db", STR_ARG(copy->folder));
    BuildOptions options = {.dir = test_source(&copy->arena, "tests/advisories/feeds"),
                            .built = DATE_NONE};
    REQUIRE_OK(database_build(&options, copy->path, &copy->arena, &report, &err));
    REQUIRE_OK(file_read(copy->path, 1 << 24, &copy->arena, &copy->bytes, &err));
}

static bool opens(Copy *copy, Str bytes, Database **db, Error *out)
{
    Error err = {0};
    REQUIRE_OK(file_write_atomic(copy->path, bytes, &err));
    *out = err;
    return database_open(copy->path, &copy->arena, db, out);
}

static Str changed(Copy *copy, size_t at, uint8_t value)
{
    char *bytes = arena_c_str(&copy->arena, copy->bytes);
    bytes[at] = (char)value;
    return (Str){bytes, copy->bytes.len};
}

TEST(no_database_is_absent)
{
    Arena arena CLEANUP(arena_fini);
    Error err = {0};
    Database *db = NULL;
    arena_init(&arena);
    CHECK(!database_open(STR("/nonexistent/advisories.db"), &arena, &db, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(str_contains(error_message(&err), STR("/nonexistent/advisories.db")));
}

/* Fuzzers that are all refused at the door find nothing. */
TEST(the_fuzzer_starts_from_a_database_that_opens)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Database *db = NULL;
    Error err = {0};
    REQUIRE_OK(database_open(test_source(&arena, "fuzz/corpus/database/own"), &arena, &db, &err));
    REQUIRE_OK(database_verify(db, &err));
    database_close(db);
}

TEST(foreign_files_are_refused)
{
    Copy copy;
    Error err;
    Database *db = NULL;
    copy_init(&copy);
    CHECK(!opens(&copy, STR(""), &db, &err) && err.code == ERR_FORMAT);
    CHECK(!opens(&copy, STR("SQLite format 3"), &db, &err) && err.code == ERR_FORMAT);
    CHECK(str_contains(error_message(&err), STR("assay db update")));
    CHECK(!opens(&copy, changed(&copy, 8, 1), &db, &err));
    CHECK(str_contains(error_message(&err), STR("format 1, this program reads 2")));
    arena_fini(&copy.arena);
}

TEST(cut_short_anywhere_is_refused)
{
    Copy copy;
    Error err;
    Database *db = NULL;
    copy_init(&copy);
    for (size_t len = 0; len < copy.bytes.len; len += len < 300 ? 1 : 97) {
        CHECK(!opens(&copy, str_head(copy.bytes, len), &db, &err));
        CHECK_INT(err.code, ERR_FORMAT);
    }
    arena_fini(&copy.arena);
}

TEST(wrong_checksum_is_found)
{
    Copy copy;
    Error err;
    Database *db = NULL;
    copy_init(&copy);
    REQUIRE_OK(opens(&copy, copy.bytes, &db, &err));
    CHECK(database_verify(db, &err));
    database_close(db);
    REQUIRE_OK(opens(&copy, changed(&copy, copy.bytes.len - 3, 0xff), &db, &err));
    CHECK(!database_verify(db, &err));
    CHECK_INT(err.code, ERR_DIGEST);
    database_close(db);
    arena_fini(&copy.arena);
}

static void ask_all(const Database *db)
{
    static const Str names[] = {STR_INIT("CVE-2099-0001"), STR_INIT("DSA-9999-1"),
                                STR_INIT("GHSA-aaaa-bbbb-0002"), STR_INIT("NSWG-CORE-2")};
    static const Str packages[][2] = {{STR_INIT("npm"), STR_INIT("two-flaws")},
                                      {STR_INIT("Go"), STR_INIT("example.org/mod")},
                                      {STR_INIT("Alpine:v3.99"), STR_INIT("junk")},
                                      {STR_INIT("Node.js"), STR_INIT("node")}};
    Arena arena CLEANUP(arena_fini);
    DatabaseInfo info;
    EolDates eol;
    arena_init(&arena);
    database_info(db, &arena, &info);
    database_eol(db, STR("debian"), STR("96"), &eol);
    database_cwe_name(db, STR("CWE-79"));
    database_has_ecosystem(db, STR("npm"));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AdvisoryVec rows = {0};
        Vulnerability v;
        database_vulnerability(db, names[i], 0, &arena, &v);
        database_advisories_of(db, names[i], &arena, &rows);
        database_find(db, packages[i][0], packages[i][1], &arena, &rows);
    }
}

/* Every byte of a file in turn says something else: fewer rows, or other ones, never a crash. */
TEST(damage_gives_fewer_rows)
{
    Copy copy;
    Error err;
    Database *db = NULL;
    static const uint8_t values[] = {0x00, 0x7f, 0xff};
    copy_init(&copy);
    for (size_t at = 60; at < copy.bytes.len; at++)
        for (size_t i = 0; i < COUNT_OF(values); i++) {
            ArenaMark mark = arena_mark(&copy.arena);
            if (opens(&copy, changed(&copy, at, values[i]), &db, &err)) {
                ask_all(db);
                database_close(db);
            }
            arena_reset(&copy.arena, mark);
        }
    arena_fini(&copy.arena);
}

TEST(same_feeds_same_bytes)
{
    Copy a, b;
    copy_init(&a);
    copy_init(&b);
    CHECK(str_eq(a.bytes, b.bytes));
    arena_fini(&a.arena);
    arena_fini(&b.arena);
}

TEST(empty_folder_is_named)
{
    Arena arena CLEANUP(arena_fini);
    Error err = {0};
    BuildReport report = {0};
    arena_init(&arena);
    BuildOptions options = {.dir = test_folder(&arena), .built = DATE_NONE};
    Str path = arena_printf(&arena, STR_FMT "/x.db", STR_ARG(options.dir));
    CHECK(!database_build(&options, path, &arena, &report, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    options.dir = STR("/nonexistent");
    CHECK(!database_build(&options, path, &arena, &report, &err));
    CHECK_INT(err.code, ERR_ABSENT);
}

static AdvisoryVec rows_of(const Database *db, Arena *arena, Str ecosystem, Str package)
{
    AdvisoryVec rows = {0};
    database_find(db, ecosystem, package, arena, &rows);
    return rows;
}

TEST(seed_says_what_the_feeds_say)
{
    Arena arena CLEANUP(arena_fini);
    Error err = {0};
    BuildReport report = {0};
    DatabaseInfo info;
    Vulnerability v, w;
    arena_init(&arena);
    Database *db = help_own(&arena, &report);
    BuildOptions options = {.dir = test_source(&arena, "tests/advisories/feeds"),
                            .built = DATE_NONE};
    Str folder = test_folder(&arena);
    REQUIRE_OK(database_seed(&options, folder, &arena, &report, &err));
    Database *seed = help_build(&arena, folder, &report);
    database_info(seed, &arena, &info);
    CHECK(info.seed);
    database_info(db, &arena, &info);
    CHECK(!info.seed);
    static const Str packages[][2] = {
        {STR_INIT("npm"), STR_INIT("two-flaws")},
        {STR_INIT("npm"), STR_INIT("one-flaw")},
        {STR_INIT("npm"), STR_INIT("evil")},
        {STR_INIT("Go"), STR_INIT("example.org/mod")},
        {STR_INIT("Alpine:v3.99"), STR_INIT("junk")},
        {STR_INIT("Debian:11"), STR_INIT("openthing")},
        {STR_INIT("Rocky Linux:8"), STR_INIT("nodejs")},
        {STR_INIT("Node.js"), STR_INIT("node")},
    };
    for (size_t i = 0; i < COUNT_OF(packages); i++) {
        AdvisoryVec a = rows_of(db, &arena, packages[i][0], packages[i][1]);
        AdvisoryVec b = rows_of(seed, &arena, packages[i][0], packages[i][1]);
        CHECK(a.len > 0);
        CHECK_INT(a.len, b.len);
        for (size_t n = 0; n < a.len && n < b.len; n++) {
            CHECK_STR(b.at[n].id, a.at[n].id);
            CHECK_STR(b.at[n].feed, a.at[n].feed);
            CHECK_STR(b.at[n].cvss.vector, a.at[n].cvss.vector);
            CHECK_STR(b.at[n].urgency, a.at[n].urgency);
            CHECK(b.at[n].status == a.at[n].status && b.at[n].malware == a.at[n].malware);
            CHECK(b.at[n].ranges.len == a.at[n].ranges.len &&
                  b.at[n].imports.len == a.at[n].imports.len);
        }
    }
    CHECK(database_vulnerability(db, STR("CVE-2099-0001"), 0, &arena, &v));
    CHECK(database_vulnerability(seed, STR("CVE-2099-0001"), 0, &arena, &w));
    CHECK(v.title.len > 0 && w.title.len == 0);
    CHECK(v.epss == w.epss && v.kev_due == w.kev_due && v.cvss.len == w.cvss.len);
    CHECK(v.exploit[EXPLOIT_NUCLEI] == w.exploit[EXPLOIT_NUCLEI] && v.cwes.len == w.cwes.len);
    database_close(db);
    database_close(seed);
}
