/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "catalog.h"

/* A minimal header: strings by tag, and an epoch. */
static void header_put(Buf *out, const char *const *pairs, size_t count, uint32_t epoch)
{
    Buf index CLEANUP(buf_fini) = {0}, data CLEANUP(buf_fini) = {0};
    size_t entries = 0;
#define PUT_U32BE(buf, v)                                                                          \
    buf_u8(buf, (uint8_t)((v) >> 24)), buf_u8(buf, (uint8_t)((v) >> 16)),                          \
        buf_u8(buf, (uint8_t)((v) >> 8)), buf_u8(buf, (uint8_t)(v))
    for (size_t i = 0; i + 1 < count; i += 2, entries++) {
        uint64_t tag = 0;
        str_to_u64(str_from(pairs[i]), &tag);
        PUT_U32BE(&index, (uint32_t)tag);
        PUT_U32BE(&index, 6u);
        PUT_U32BE(&index, (uint32_t)data.len);
        PUT_U32BE(&index, 1u);
        buf_put(&data, str_from(pairs[i + 1]));
        buf_put_char(&data, '\0');
    }
    if (epoch) {
        PUT_U32BE(&index, 1003u);
        PUT_U32BE(&index, 4u);
        PUT_U32BE(&index, (uint32_t)data.len);
        PUT_U32BE(&index, 1u);
        PUT_U32BE(&data, epoch);
        entries++;
    }
    PUT_U32BE(out, (uint32_t)entries);
    PUT_U32BE(out, (uint32_t)data.len);
    buf_put(out, buf_str(&index));
    buf_put(out, buf_str(&data));
}

static void zeros(Buf *out, size_t until)
{
    while (out->len < until)
        buf_put_char(out, '\0');
}

/* A Packages.db of one slot page with these headers. */
static void ndb_put(Buf *out, const Str *blobs, size_t count)
{
    Buf rest CLEANUP(buf_fini) = {0};
    buf_put(out, STR("RpmP"));
    buf_u32le(out, 0);
    buf_u32le(out, 1);
    buf_u32le(out, 1);
    zeros(out, 32);
    for (size_t i = 0; i < count; i++) {
        buf_put(out, STR("Slot"));
        buf_u32le(out, (uint32_t)i + 1);
        buf_u32le(out, (uint32_t)((4096 + rest.len) / 16));
        buf_u32le(out, 1);
        buf_put(&rest, STR("BlbS"));
        buf_u32le(&rest, (uint32_t)i + 1);
        buf_u32le(&rest, 1);
        buf_u32le(&rest, (uint32_t)blobs[i].len);
        buf_put(&rest, blobs[i]);
        zeros(&rest, (rest.len + 12 + 15) / 16 * 16);
    }
    while (out->len < 4096) {
        buf_put(out, STR("Slot"));
        zeros(out, (out->len + 12));
    }
    buf_put(out, buf_str(&rest));
}

static void read_one(Catalog *c, const char *const *pairs, size_t count, uint32_t epoch)
{
    Buf header CLEANUP(buf_fini) = {0}, db CLEANUP(buf_fini) = {0};
    header_put(&header, pairs, count, epoch);
    Str blob = buf_str(&header);
    ndb_put(&db, &blob, 1);
    catalog_read(c, STR("usr/lib/sysimage/rpm/Packages.db"), buf_str(&db));
}

TEST(rpm_garbage_is_named)
{
    static const char *const paths[] = {"var/lib/rpm/Packages", "usr/share/rpm/rpmdb.sqlite",
                                        "usr/lib/sysimage/rpm/Packages.db"};
    static const Str garbage[] = {
        STR_INIT("garbage"),
        STR_INIT("SQLite format 3\0\1\2\3"),
        STR_INIT("RpmP\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        STR_INIT("............\x61\x15\x06\0....\xff"),
    };
    for (size_t i = 0; i < COUNT_OF(paths) * COUNT_OF(garbage); i++) {
        Catalog c CLEANUP(catalog_fini);
        catalog_init(&c);
        catalog_read(&c, str_from(paths[i / COUNT_OF(garbage)]), garbage[i % COUNT_OF(garbage)]);
        CHECK_INT(c.sink.packages.len, 0);
        CHECK_INT(c.sink.incomplete.len, 1);
    }
    CHECK(catalog_of(STR("var/lib/rpm/Name")) == NULL);
    CHECK(catalog_of(STR("opt/var/lib/rpm/Packages")) == NULL);
}

TEST(rule_13_the_source_has_the_epoch_of_the_binary)
{
    static const char *const pairs[] = {
        "1000",    "perl-Errno", "1001",   "1.30", "1002",
        "481.el9", "1022",       "x86_64", "1044", "perl-5.32.1-481.el9.src.rpm",
        "1011",    "AlmaLinux"};
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    read_one(&c, pairs, COUNT_OF(pairs), 4);
    CHECK_INT(c.sink.packages.len, 1);
    const Package *p = &c.sink.packages.at[0];
    CHECK_STR(p->version, STR("4:1.30-481.el9"));
    CHECK_STR(p->source_name, STR("perl"));
    CHECK_STR(p->source_version, STR("4:5.32.1-481.el9"));
    CHECK_STR(p->vendor, STR("AlmaLinux"));
    CHECK_INT(c.sink.incomplete.len, 0);
}

TEST(rule_25_keys_are_no_packages)
{
    static const char *const pairs[] = {"1000", "gpg-pubkey", "1001", "abc", "1002", "def"};
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    read_one(&c, pairs, COUNT_OF(pairs), 0);
    CHECK_INT(c.sink.packages.len, 0);
    CHECK_INT(c.sink.incomplete.len, 0);
}

TEST(a_header_that_lies_is_a_bad_place)
{
    static const char *const pairs[] = {"1000", "a", "1001", "1", "1002", "2"};
    Buf header CLEANUP(buf_fini) = {0}, db CLEANUP(buf_fini) = {0};
    header_put(&header, pairs, COUNT_OF(pairs), 0);
    Str good = buf_str(&header);
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    Str huge = arena_join(&c.arena, STR("\xff\xff\xff\xff\xff\xff\xff\xff"), str_from_pos(good, 8));
    Str far = arena_join(&c.arena, str_head(good, 16),
                         arena_join(&c.arena, STR("\x7f\xff\xff\xff"), str_from_pos(good, 20)));
    Str blobs[] = {huge, far, str_head(good, good.len - 1), good};
    ndb_put(&db, blobs, COUNT_OF(blobs));
    catalog_read(&c, STR("var/lib/rpm/Packages.db"), buf_str(&db));
    CHECK_INT(c.sink.packages.len, 1);
    CHECK_INT(c.sink.incomplete.len, 1);
    CHECK(str_starts(c.sink.incomplete.at[0].why, STR("3 places")));
}

TEST(rule_12_the_manifest_of_distroless_mariner)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, STR("var/lib/rpmmanifest/container-manifest-2"),
                 STR("mariner-release\t2.0-12.cm2\t1653816591\t1653753130\tMicrosoft "
                     "Corporation\t(none)\t580\tnoarch\t0\tmariner-release-2.0-12.cm2.src.rpm\n"
                     "openssl\t1.1.1-7.cm2\t1\t1\tMicrosoft "
                     "Corporation\t(none)\t5\tx86_64\t1\topenssl-1.1.1-7.cm2.src.rpm\nbad line\n"));
    CHECK_INT(c.sink.packages.len, 2);
    CHECK_STR(c.sink.packages.at[1].version, STR("1:1.1.1-7.cm2"));
    CHECK_STR(c.sink.packages.at[1].source_version, STR("1:1.1.1-7.cm2"));
    CHECK_INT(c.sink.incomplete.len, 1);
}

TEST(a_write_ahead_log_is_told)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    catalog_read(&c, STR("var/lib/rpm/rpmdb.sqlite-wal"), STR(""));
    CHECK_INT(c.sink.notes.len, 0);
    char log[64] = {0x37, 0x7f, 0x06};
    catalog_read(&c, STR("var/lib/rpm/rpmdb.sqlite-wal"), str_of(log, sizeof log));
    CHECK_INT(c.sink.notes.len, 1);
}

/* One field of a line of CSV with optional quotes. */
static Str csv_next(Str *rest)
{
    Str field;
    if (str_at(*rest, 0) == '"') {
        str_cut(str_from_pos(*rest, 1), '"', &field, rest);
        *rest = str_from_pos(*rest, 1);
        return field;
    }
    if (!str_cut(*rest, ',', &field, rest))
        *rest = (Str){0};
    return field;
}

/* epoch,name,version,release,arch,source_rpm,size,license,vendor,modularity_label,sigmd5 */
static void check_line(Catalog *c, Str line)
{
    Str column[11];
    for (size_t i = 0; i < COUNT_OF(column); i++)
        column[i] = csv_next(&line);
    Str version = arena_printf(&c->arena, STR_FMT "%s" STR_FMT "-" STR_FMT, STR_ARG(column[0]),
                               column[0].len ? ":" : "", STR_ARG(column[2]), STR_ARG(column[3]));
    const Package *p = catalog_find(c, column[1]);
    CHECK(p != NULL);
    if (!p)
        return;
    CHECK_STR(p->version, version);
    CHECK_STR(p->arch, column[4]);
    CHECK_STR(p->vendor, column[8]);
    CHECK_STR(p->modularity, column[9]);
    CHECK_STR(p->licences.len ? p->licences.at[0] : (Str){0}, column[7]);
    Str source = arena_printf(&c->arena, STR_FMT "-" STR_FMT ".src.rpm", STR_ARG(p->source_name),
                              STR_ARG(p->source_version));
    if (column[0].len == 0)
        CHECK_STR(source, column[5]);
}

static void check_fixture(const char *path, const char *database, const char *expected,
                          size_t count)
{
    Catalog c CLEANUP(catalog_fini);
    catalog_init(&c);
    Error err = {0};
    Str bytes, text, line;
    REQUIRE_OK(file_read(test_shared(&c.arena, database), 1 << 27, &c.arena, &bytes, &err));
    REQUIRE_OK(file_read(test_shared(&c.arena, expected), 1 << 27, &c.arena, &text, &err));
    catalog_read(&c, str_from(path), bytes);
    CHECK_INT(c.sink.packages.len, count);
    CHECK_INT(c.sink.incomplete.len, 0);
    CHECK(c.sink.owned.len >= count);
    str_next_line(&text, &line);
    while (str_next_line(&text, &line))
        check_line(&c, line);
    for (size_t len = bytes.len - 1; len > 4096; len = len / 3 * 2) {
        Catalog cut CLEANUP(catalog_fini);
        catalog_init(&cut);
        catalog_read(&cut, str_from(path), str_head(bytes, len));
        CHECK(cut.sink.incomplete.len > 0);
    }
}

/* Small pages make every header a chain. */
TEST(headers_in_chains_of_pages_of_either_byte_order)
{
    static const struct {
        const char *file;
        size_t packages;
    } rows[] = {
        {"rpm_bdb/bdb", 1}, {"rpm_bdb/bdb-big", 1}, {"rpm_ndb/ndb", 1}, {"rpm_sqlite/sqlite", 3}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Catalog c CLEANUP(catalog_fini);
        catalog_init(&c);
        Error err = {0};
        Str path = arena_printf(&c.arena, "fuzz/corpus/cataloger/%s", rows[i].file), bytes;
        path = test_source(&c.arena, arena_c_str(&c.arena, path));
        REQUIRE_OK(file_read(path, 1 << 20, &c.arena, &bytes, &err));
        catalog_read(&c, STR("var/lib/rpm/Packages"), bytes);
        CHECK_INT(c.sink.packages.len, rows[i].packages);
        CHECK_INT(c.sink.incomplete.len, 0);
        CHECK_INT(c.sink.owned.len, 2 * rows[i].packages);
        CHECK_STR(c.sink.owned.at[1].path, STR("usr/bin/b"));
        CHECK_STR(c.sink.packages.at[0].version, STR("4:1.30-481.el9"));
    }
}

TEST(rule_12_a_real_sqlite_database)
{
    check_fixture("var/lib/rpm/rpmdb.sqlite", "fixtures/rpmdb/cbl-mariner-2.0/rpmdb.sqlite",
                  "fixtures/rpmdb/cbl-mariner-2.0/packages-derived.csv", 129);
}

TEST(rule_12_a_real_ndb_database)
{
    check_fixture("usr/lib/sysimage/rpm/Packages.db", "fixtures/rpmdb/sle15-bci/Packages.db",
                  "fixtures/rpmdb/sle15-bci/expected.csv", 35);
}

TEST(rule_12_a_real_berkeley_database)
{
    check_fixture("var/lib/rpm/Packages", "fixtures/rpmdb/libuuid/Packages",
                  "fixtures/rpmdb/libuuid/expected.csv", 1);
}
