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
    CHECK(str_contains(error_message(&err), STR("format 1, this program reads 3")));
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

/* --- rows and records --- */

typedef struct Said {
    size_t rows, records; /* of the package; pairs of record and id */
    uint64_t standing;
    bool is_once;
} Said;

static Said walk(const Database *db, Arena *arena, Str ecosystem, Str package)
{
    Said said = {0};
    AdvisoryCursor cursor;
    Advisory row, one;
    advisories_open(db, ecosystem, package, &cursor);
    said.is_once = cursor.is_once;
    for (; advisories_next(&cursor, arena, &row); said.rows++) {
        said.standing += cursor.standing;
        CHECK_INT(row.id.len + row.record.len, 0);
        while (advisories_take(&cursor, &row, &one)) {
            CHECK(one.id.len && one.record.len);
            said.records++;
        }
    }
    return said;
}

static bool is_once(const AdvisoryVec *all)
{
    for (size_t i = 0; i < all->len; i++) {
        if (all->at[i].malware)
            return false;
        for (size_t k = 0; k < i; k++)
            if (str_eq(all->at[i].id, all->at[k].id))
                return false;
    }
    return all->len > 0;
}

/* What a row tells of its records is what they tell; *once counts packages where no vulnerability is
 * named twice, *shared those where records share rows. */
static void check_rows(const Database *db, Str ecosystem, Str package, size_t *once, size_t *shared)
{
    Arena arena CLEANUP(arena_fini) = {0};
    AdvisoryVec all = rows_of(db, &arena, ecosystem, package);
    Said said = walk(db, &arena, ecosystem, package);
    uint64_t standing = 0;
    for (size_t i = 0; i < all.len; i++)
        standing += !all.at[i].rejected;
    CHECK_INT(said.records, all.len);
    CHECK_INT(said.standing, standing);
    CHECK_INT(said.is_once, is_once(&all) && !str_starts(package, STR("*:")));
    *once += said.is_once;
    *shared += said.rows < said.records;
}

TEST(a_row_tells_what_its_records_tell)
{
    static const char *const packages[] = {"two-flaws", "one-flaw", "evil",      "evil-by-weakness",
                                           "widget",    "sample",   "withdrawn", "crooner",
                                           "bundle",    "webframe", "nothing",   "example.org/mod"};
    Arena arena CLEANUP(arena_fini) = {0};
    BuildReport report = {0};
    StrVec ecosystems = {0};
    size_t once = 0, shared = 0;
    Database *db = help_own(&arena, &report);
    database_ecosystems(db, &arena, &ecosystems);
    for (size_t i = 0; i < ecosystems.len; i++)
        for (size_t k = 0; k < COUNT_OF(packages); k++)
            check_rows(db, ecosystems.at[i], str_from(packages[k]), &once, &shared);
    CHECK(once > 0);
    CHECK(shared > 0);
    CHECK(!walk(db, &arena, STR("npm"), STR("evil")).is_once);
    database_close(db);
}

TEST(many_records_share_few_rows)
{
    Arena arena CLEANUP(arena_fini) = {0};
    BuildReport report = {0};
    size_t once = 0, shared = 0;
    Database *db = help_build(&arena, test_shared(&arena, "feeds"), &report);
    check_rows(db, STR("Debian:12"), STR("linux"), &once, &shared);
    check_rows(db, STR("Debian:12"), STR("openssl"), &once, &shared);
    check_rows(db, STR("Maven"), STR("*:log4j-core"), &once, &shared);
    CHECK(once > 0 && shared > 0);
    Said said = walk(db, &arena, STR("Debian:12"), STR("linux"));
    CHECK(said.rows * 4 < said.records);
    database_close(db);
}

TEST(many_names_are_looked_up_together)
{
    enum { MANY = 100 };
    Arena arena CLEANUP(arena_fini) = {0};
    BuildReport report = {0};
    PackageName names[MANY];
    size_t known = 0;
    Database *db = help_own(&arena, &report);
    for (size_t i = 0; i < MANY; i++)
        names[i] = (PackageName){i % 2 ? STR("npm") : STR("Go"),
                                 i % 3 == 0   ? STR("two-flaws")
                                 : i % 3 == 1 ? STR("example.org/mod")
                                              : arena_printf(&arena, "none %zu", i),
                                 i % 5 == 0};
    database_has_packages(db, names, MANY);
    for (size_t i = 0; i < MANY; i++) {
        CHECK_INT(names[i].known,
                  rows_of(db, &arena, names[i].ecosystem, names[i].package).len > 0);
        CHECK_INT(names[i].known, database_has_package(db, names[i].ecosystem, names[i].package));
        known += names[i].known;
    }
    CHECK(known > 0 && known < MANY);
    database_has_packages(db, NULL, 0);
    database_close(db);
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
