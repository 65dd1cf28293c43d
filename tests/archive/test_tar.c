/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "archive/tar.h"
#include "archive/tar_make.h"
#include "base/limits.h"
#include "test.h"

static Limits limits;

__attribute__((constructor)) static void limits_set(void)
{
    limits = LIMITS_DEFAULT;
}

/* One line an entry: "type path -> link size=content"; ends with the error, if any. */
static Str listing(Arena *arena, Str tar)
{
    static const char types[] = "-dlhcbp?";
    Buf lines CLEANUP(buf_fini) = {0};
    MemoryStream in;
    TarReader r;
    TarEntry e;
    Error err = {0};
    bool end = false;
    memory_stream_init(&in, tar);
    tar_init(&r, &in.stream, &limits, arena);
    while (tar_next(&r, &e, &end, &err) && !end) {
        Buf body CLEANUP(buf_fini) = {0};
        buf_printf(&lines, "%c ", types[e.type]);
        buf_put(&lines, e.path);
        buf_put(&lines, e.link.len ? STR(" -> ") : STR(""));
        buf_put(&lines, e.link);
        if (e.size < 1000 && !stream_read_all(tar_body(&r), 1000, &body, &err))
            break;
        if (body.len)
            buf_printf(&lines, " %zu=", body.len);
        buf_put(&lines, buf_str(&body));
        buf_put_char(&lines, '\n');
    }
    if (err.code)
        buf_printf(&lines, "%s\n", err.message);
    return arena_str(arena, buf_str(&lines));
}

#define SETUP                                                                                      \
    Arena arena CLEANUP(arena_fini) = {0};                                                         \
    Buf tar CLEANUP(buf_fini) = {0}, records CLEANUP(buf_fini) = {0};                              \
    (void)records

TEST(junk_is_no_archive)
{
    SETUP;
    for (int i = 0; i < 700; i++)
        buf_put_char(&tar, 'x');
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("tar: no tar archive: no header at offset 0\n"));
    CHECK_STR(listing(&arena, STR("short")), STR("tar: no tar archive: no header at offset 0\n"));
}

TEST(a_wrong_checksum_is_damage)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a"), .body = STR("one"));
    TAR_PUT(&tar, .name = STR("b"), .bad_sum = true);
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("- a 3=one\ntar: damaged header at offset 1024\n"));
}

TEST(an_archive_that_ends_within_an_entry_names_it)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("etc/os-release"), .body = STR("x"), .lies = true, .size = 900);
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("- etc/os-releasetar: ends within \"etc/os-release\" at offset 1024\n"));
    buf_clear(&tar);
    TAR_PUT(&tar, .name = STR("big"), .body = STR("x"), .lies = true, .size = 90000);
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("- big\ntar: ends within \"big\" at offset 1024\n"));
    CHECK_STR(listing(&arena, str_head(buf_str(&tar), 300)),
              STR("tar: no tar archive: no header at offset 0\n"));
}

TEST(a_size_that_is_no_number_is_damage)
{
    SETUP;
    tar_put_pax(&tar, STR("11 size=4x\n"));
    TAR_PUT(&tar, .name = STR("f"), .body = STR("four"));
    Str seen = listing(&arena, buf_str(&tar));
    CHECK(str_find(seen, STR("bad size in the extended header")) != STR_NONE);
}

TEST(absurd_sizes_are_refused)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a"), .lies = true, .base256 = true, .size = UINT64_MAX);
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("tar: bad size in the header at offset 0\n"));
    buf_clear(&tar);
    TAR_PUT(&tar, .name = STR("a"), .lies = true, .base256 = true, .size = UINT64_C(1) << 62);
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- a\ntar: ends within \"a\" at offset 512\n"));
    buf_clear(&tar);
    pax_put(&records, "size", STR("18446744073709551615"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("a"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("tar: bad size in the header at offset 1024\n"));
}

TEST(plain_entries_of_every_type)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("./"), .flag = '5');
    TAR_PUT(&tar, .name = STR("./f"), .body = STR("hello"), .base256 = true);
    TAR_PUT(&tar, .name = STR("/abs"), .flag = 0, .magic = "v7", .signed_sum = true);
    TAR_PUT(&tar, .name = STR("bad\375name"), .signed_sum = true);
    TAR_PUT(&tar, .name = STR("s"), .flag = '2', .link = STR("f"), .lies = true, .size = 99);
    TAR_PUT(&tar, .name = STR("h"), .flag = '1', .link = STR("./f"));
    TAR_PUT(&tar, .name = STR("c"), .flag = '3', .major = 1, .minor = 3);
    TAR_PUT(&tar, .name = STR("b"), .flag = '4');
    TAR_PUT(&tar, .name = STR("p"), .flag = '6');
    TAR_PUT(&tar, .name = STR("v7dir/"), .magic = "v7");
    TAR_PUT(&tar, .name = STR("vol"), .flag = 'V');
    TAR_PUT(&tar, .name = STR("name"), .prefix = STR("a/prefix"));
    tar_put_end(&tar);
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("d ./\n- ./f 5=hello\n- /abs\n- bad\375name\nl s -> f\nh h -> ./f\nc c\nb b\n"
                  "p p\nd v7dir/\n? vol\n- a/prefix/name\n"));
}

TEST(gnu_long_names)
{
    SETUP;
    Str name = arena_printf(&arena, "%0300d", 7), link = arena_printf(&arena, "%0200d", 8);
    TAR_PUT(&tar, .name = STR("././@LongLink"), .flag = 'L', .magic = "gnu",
            .body = str_of(name.ptr, name.len + 1));
    TAR_PUT(&tar, .name = STR("././@LongLink"), .flag = 'K', .magic = "gnu",
            .body = str_of(link.ptr, link.len + 1));
    TAR_PUT(&tar, .name = STR("cut"), .flag = '2', .magic = "gnu", .link = STR("cut"));
    TAR_PUT(&tar, .name = STR("next"), .magic = "gnu");
    CHECK_STR(listing(&arena, buf_str(&tar)),
              arena_printf(&arena, "l %s -> %s\n- next\n", name.ptr, link.ptr));
}

TEST(pax_records_win_over_the_header)
{
    SETUP;
    pax_put(&records, "path", STR("p\303\244th"));
    pax_put(&records, "linkpath", STR("t\0rget"));
    pax_put(&records, "mtime", STR("1350244992.02"));
    pax_put(&records, "SCHILY.xattr.user.x", STR("=\n="));
    TAR_PUT(&tar, .name = STR("g"), .flag = 'g', .body = STR("11 path=no\n"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("header"), .flag = '2', .link = STR("header"));
    buf_clear(&records);
    pax_put(&records, "size", STR("4"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("sized"), .body = STR("four"), .lies = true, .size = 0);
    TAR_PUT(&tar, .name = STR("after"));
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("l p\303\244th -> t\0rget\n- sized 4=four\n- after\n"));
}

/* Whoever reads these in another way than the runtimes do can be shown another image than they. */
TEST(extended_headers_are_read_as_the_runtimes_do)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("slash/"), .body = STR("file"));
    pax_put(&records, "path", STR("")), pax_put(&records, "size", STR("+4"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("empty"), .body = STR("four"), .lies = true, .size = 1);
    buf_clear(&records);
    pax_put(&records, "path", STR("gone"));
    tar_put_pax(&tar, buf_str(&records));
    tar_put_pax(&tar, STR("11 mtime=1\n"));
    TAR_PUT(&tar, .name = STR("last"));
    TAR_PUT(&tar, .name = STR("L"), .flag = 'L', .magic = "gnu", .body = STR("long"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("no"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("g"), .flag = 'g', .body = STR("11 path=no\n"));
    TAR_PUT(&tar, .name = STR("apart"));
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("- slash/ 4=file\n- empty 4=four\n- last\n- long\n- apart\n"));
}

TEST(sparse_files_of_no_known_kind_are_files)
{
    SETUP;
    pax_put(&records, "GNU.sparse.name", STR("no"));
    pax_put(&records, "GNU.sparse.numblocks", STR("0"));
    pax_put(&records, "GNU.sparse.realsize", STR("9"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("unmapped"), .body = STR("abc"));
    pax_put(&records, "GNU.sparse.map", STR("0,1"));
    pax_put(&records, "GNU.sparse.major", STR("2"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("unknown"), .body = STR("de"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- unmapped 3=abc\n- unknown 2=de\n"));
}

TEST(bad_pax_records_are_damage)
{
    static const char *const bad[] = {
        "x path=a\n", "99999 path=a\n", "0 path=a\n", "2 \n", "99999999999999999999999 path=a\n",
        "          "};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SETUP;
        tar_put_pax(&tar, str_from(bad[i]));
        TAR_PUT(&tar, .name = STR("a"));
        CHECK(
            str_starts(listing(&arena, buf_str(&tar)), STR("tar: bad extended header at offset")));
    }
}

TEST(a_pax_record_larger_than_the_buffer_is_passed_over)
{
    SETUP;
    Buf value CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 300000; i++)
        buf_put_char(&value, 'v');
    pax_put(&records, "SCHILY.xattr.user.large", buf_str(&value));
    pax_put(&records, "path", STR("renamed"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("a"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- renamed\n"));
}

TEST(names_beyond_the_limit_are_marked)
{
    SETUP;
    Str name = arena_printf(&arena, "%05000d", 7);
    MemoryStream in;
    TarReader r;
    TarEntry e;
    Error err = {0};
    bool end;
    TAR_PUT(&tar, .name = STR("long"), .flag = 'L', .magic = "gnu", .body = name);
    TAR_PUT(&tar, .name = STR("cut"));
    TAR_PUT(&tar, .name = STR("next"));
    memory_stream_init(&in, buf_str(&tar));
    tar_init(&r, &in.stream, &limits, &arena);
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK(e.too_long);
    CHECK_INT(e.path.len, 4096);
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK(!e.too_long);
    CHECK_STR(e.path, STR("next"));
}

TEST(sparse_files_expand)
{
    SETUP;
    char holes[126] = {0};
    Str two = STR("00000000002\00000000000003\000"
                  "00000000007\00000000000002\000");
    memmove(holes, two.ptr, two.len);
    memmove(holes + 97, "00000000012", 11);
    TAR_PUT(&tar, .name = STR("old"), .flag = 'S', .magic = "gnu", .sparse = str_of(holes, 126),
            .body = STR("abcde"));
    pax_put(&records, "GNU.sparse.size", STR("10"));
    pax_put(&records, "GNU.sparse.numblocks", STR("1"));
    pax_put(&records, "GNU.sparse.offset", STR("4"));
    pax_put(&records, "GNU.sparse.numbytes", STR("2"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("pax00"), .body = STR("xy"));
    buf_clear(&records);
    pax_put(&records, "GNU.sparse.name", STR("pax01"));
    pax_put(&records, "GNU.sparse.size", STR("6"));
    pax_put(&records, "GNU.sparse.map", STR("0,1,5,1"));
    tar_put_pax(&tar, buf_str(&records));
    TAR_PUT(&tar, .name = STR("GNUSparseFile/pax01"), .body = STR("()"));
    buf_clear(&records);
    pax_put(&records, "GNU.sparse.major", STR("1"));
    pax_put(&records, "GNU.sparse.minor", STR("0"));
    pax_put(&records, "GNU.sparse.name", STR("pax10"));
    pax_put(&records, "GNU.sparse.realsize", STR("8"));
    tar_put_pax(&tar, buf_str(&records));
    char body[515] = "2\n0\n1\n6\n2\n";
    memmove(body + 512, "123", 3);
    TAR_PUT(&tar, .name = STR("GNUSparseFile/pax10"), .body = str_of(body, sizeof body));
    TAR_PUT(&tar, .name = STR("after"), .body = STR("z"));
    CHECK_STR(listing(&arena, buf_str(&tar)),
              STR("- old 10=\0\0abc\0\0de\0\n- pax00 10=\0\0\0\0xy\0\0\0\0\n- pax01 6=(\0\0\0\0)\n"
                  "- pax10 8=1\0\0\0\0\00023\n- after 1=z\n"));
}

TEST(gnu_sparse_headers_go_on_in_blocks)
{
    SETUP;
    char head[126] = {0}, more[512] = {0};
    for (int i = 0; i < 4; i++)
        snprintf(head + i * 24, 25, "%011o%c%011o", i * 2, 0, 1);
    head[96] = 1;
    memmove(head + 97, "00000000013", 11);
    snprintf(more, 25, "%011o%c%011o", 8, 0, 1);
    TAR_PUT(&tar, .name = STR("old"), .flag = 'S', .magic = "gnu", .sparse = str_of(head, 126),
            .lies = true, .size = 5);
    buf_put(&tar, str_of(more, sizeof more));
    buf_put(&tar, STR("abcde"));
    while (tar.len % 512)
        buf_put_char(&tar, 0);
    TAR_PUT(&tar, .name = STR("after"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- old 11=a\0b\0c\0d\0e\0\0\n- after\n"));
}

TEST(lying_sparse_maps_are_damage)
{
    static const char *const maps[] = {"0,9",
                                       "4,1,0,1",
                                       "0,1,0,1",
                                       "9,1",
                                       "0",
                                       "x,1",
                                       "18446744073709551615,2",
                                       "1,18446744073709551615"};
    for (size_t i = 0; i < COUNT_OF(maps); i++) {
        SETUP;
        pax_put(&records, "GNU.sparse.size", STR("8"));
        pax_put(&records, "GNU.sparse.map", str_from(maps[i]));
        tar_put_pax(&tar, buf_str(&records));
        TAR_PUT(&tar, .name = STR("a"), .body = STR("ab"));
        CHECK(str_contains(listing(&arena, buf_str(&tar)), STR("bad sparse map")));
    }
}

TEST(archives_follow_each_other)
{
    SETUP;
    TAR_PUT(&tar, .name = STR("a"));
    tar_put_end(&tar);
    tar_put_end(&tar);
    TAR_PUT(&tar, .name = STR("b"), .body = STR("B"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- a\n- b 1=B\n"));
    tar_put_end(&tar);
    buf_put(&tar, STR("bytes of no meaning"));
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- a\n- b 1=B\n"));
    for (int i = 0; i < 600; i++)
        buf_put_char(&tar, 'j');
    CHECK_STR(listing(&arena, buf_str(&tar)), STR("- a\n- b 1=B\n"));
}

TEST(trailer_and_padding_may_be_missing)
{
    SETUP;
    CHECK_STR(listing(&arena, STR("")), STR(""));
    tar_put_end(&tar);
    CHECK_STR(listing(&arena, buf_str(&tar)), STR(""));
    buf_clear(&tar);
    TAR_PUT(&tar, .name = STR("a"), .body = STR("one"));
    CHECK_STR(listing(&arena, str_head(buf_str(&tar), 515)), STR("- a 3=one\n"));
}

TEST(peek_takes_nothing)
{
    SETUP;
    MemoryStream in;
    TarReader r;
    TarEntry e;
    Error err = {0};
    bool end;
    Str head;
    Buf body CLEANUP(buf_fini) = {0};
    TAR_PUT(&tar, .name = STR("a"), .body = STR("content"));
    TAR_PUT(&tar, .name = STR("b"), .body = STR("B"));
    memory_stream_init(&in, buf_str(&tar));
    tar_init(&r, &in.stream, &limits, &arena);
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK_INT(e.offset, 512);
    REQUIRE_OK(tar_peek(&r, 3, &head, &err));
    CHECK_STR(head, STR("con"));
    REQUIRE_OK(tar_peek(&r, 1000000, &head, &err));
    CHECK_STR(head, STR("content"));
    REQUIRE_OK(stream_skip(tar_body(&r), 3, &err));
    REQUIRE_OK(stream_read_all(tar_body(&r), 100, &body, &err));
    CHECK_STR(buf_str(&body), STR("tent"));
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK_STR(e.path, STR("b"));
    CHECK_INT(e.offset, 1536);
}

TEST(large_bodies_are_read_and_skipped_in_files)
{
    SETUP;
    Error err = {0};
    Fd fd CLEANUP(fd_close) = -1;
    FileStream file;
    TarReader r;
    TarEntry e;
    bool end;
    Buf big CLEANUP(buf_fini) = {0}, body CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 700001; i++)
        buf_put_char(&big, (char)(i % 251));
    TAR_PUT(&tar, .name = STR("a"), .body = buf_str(&big));
    TAR_PUT(&tar, .name = STR("b"), .body = buf_str(&big));
    TAR_PUT(&tar, .name = STR("c"));
    REQUIRE_OK(fd_open_temporary(&fd, &err));
    REQUIRE_OK(fd_write_all(fd, buf_str(&tar), &err));
    file_stream_init(&file, fd, 0, tar.len);
    tar_init(&r, &file.stream, &limits, &arena);
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK_STR(e.path, STR("b"));
    REQUIRE_OK(stream_read_all(tar_body(&r), 1 << 20, &body, &err));
    CHECK(str_eq(buf_str(&body), buf_str(&big)));
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK_STR(e.path, STR("c"));
    CHECK_INT(e.offset, tar.len);
    REQUIRE_OK(tar_next(&r, &e, &end, &err));
    CHECK(end);
}

static Str shared_listing(Arena *arena, const char *name)
{
    Error err = {0};
    Str bytes;
    REQUIRE_OK(file_read(test_shared(arena, name), 64 << 20, arena, &bytes, &err));
    return listing(arena, bytes);
}

TEST(rule_58_odd_archives_of_others)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Str concat = shared_listing(&arena, "fixtures/images/claircore-tarfs/concat.tar");
    CHECK(str_contains(concat, STR("l ./var/run -> ../run\n")));
    CHECK(str_ends(concat, STR("- ./var/run/console/algo.txt\n")));
    CHECK(str_contains(shared_listing(&arena, "fixtures/images/claircore-tarfs/bad_name.tar"),
                       STR("bad\375name 9=")));
    CHECK_STR(shared_listing(&arena, "fixtures/images/claircore-tarfs/oddlayer.tar"),
              STR("d ./\n"));
    CHECK(str_contains(shared_listing(&arena, "fixtures/images/ggcr/whiteout_dir.tar"),
                       STR("- manifest.json")));
}
