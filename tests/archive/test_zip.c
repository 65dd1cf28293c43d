/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "archive/pack.h"
#include "archive/zip.h"
#include "test.h"

static Limits limits;

__attribute__((constructor)) static void limits_set(void)
{
    limits = LIMITS_DEFAULT;
}

typedef struct ZipMake {
    Buf bytes, directory;
    unsigned count;
} ZipMake;

static void zip_make_fini(ZipMake *z)
{
    buf_fini(&z->bytes);
    buf_fini(&z->directory);
}

static void u16(Buf *b, unsigned v)
{
    buf_u8(b, (uint8_t)v);
    buf_u8(b, (uint8_t)(v >> 8));
}

typedef struct Put {
    Str name, body;
    bool stored, encrypted, bad_crc, far; /* far: the offset points to nowhere */
    unsigned method;
    int size_lie;
    const uint32_t *offset; /* quotes another member's bytes */
} Put;

static void put(ZipMake *z, Put p)
{
    Buf packed CLEANUP(buf_fini) = {0};
    if (p.stored)
        buf_put(&packed, p.body);
    else
        pack_deflate(&packed, p.body);
    uint32_t at = p.offset ? *p.offset : p.far ? 0x00ffffff : (uint32_t)z->bytes.len;
    uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)p.body.ptr, p.body.len) + p.bad_crc;
    uint32_t size = (uint32_t)((int)p.body.len + p.size_lie);
    unsigned method = p.method ? p.method : p.stored ? 0 : 8;
    Buf *const both[] = {&z->bytes, &z->directory};
    for (int i = 0; i < 2; i++) {
        Buf *b = both[i];
        buf_u32le(b, i ? 0x02014b50 : 0x04034b50);
        if (i)
            u16(b, 20);
        u16(b, 20);
        u16(b, p.encrypted);
        u16(b, method);
        buf_u32le(b, 0);
        buf_u32le(b, crc);
        buf_u32le(b, (uint32_t)packed.len);
        buf_u32le(b, size);
        u16(b, (unsigned)p.name.len);
        u16(b, 0);
        if (i) {
            u16(b, 0);
            u16(b, 0);
            u16(b, 0);
            buf_u32le(b, 0);
            buf_u32le(b, at);
        }
        buf_put(b, p.name);
        if (!i)
            buf_put(b, buf_str(&packed));
    }
    z->count++;
}

#define PUT(z, ...) put((z), (Put){__VA_ARGS__})

static Str finish(ZipMake *z, Str comment)
{
    uint32_t at = (uint32_t)z->bytes.len;
    buf_put(&z->bytes, buf_str(&z->directory));
    buf_u32le(&z->bytes, 0x06054b50);
    u16(&z->bytes, 0);
    u16(&z->bytes, 0);
    u16(&z->bytes, z->count);
    u16(&z->bytes, z->count);
    buf_u32le(&z->bytes, (uint32_t)z->directory.len);
    buf_u32le(&z->bytes, at);
    u16(&z->bytes, (unsigned)comment.len);
    buf_put(&z->bytes, comment);
    return buf_str(&z->bytes);
}

/* "name=content" or "name: error", a line each. */
static Str contents(Arena *arena, Str bytes)
{
    Zip zip;
    Error err = {0};
    Buf lines CLEANUP(buf_fini) = {0};
    if (!zip_open(&zip, bytes, &limits, arena, &err))
        return arena_str(arena, error_message(&err));
    for (size_t i = 0; i < zip.members.len; i++) {
        Buf body CLEANUP(buf_fini) = {0};
        const ZipMember *m = &zip.members.at[i];
        err = (Error){0};
        if (zip_member_read(&zip, m, 1000, &body, &err))
            buf_printf(&lines, STR_FMT "=" STR_FMT "\n", STR_ARG(m->name), STR_ARG(buf_str(&body)));
        else
            buf_printf(&lines, "%s\n", err.message);
    }
    zip_close(&zip);
    return arena_str(arena, buf_str(&lines));
}

#define SETUP                                                                                      \
    Arena arena CLEANUP(arena_fini) = {0};                                                         \
    ZipMake z CLEANUP(zip_make_fini) = {0}

TEST(zip_without_an_end_record_is_refused)
{
    SETUP;
    PUT(&z, .name = STR("a"), .body = STR("A"));
    Str bytes = finish(&z, STR(""));
    static const char no_end[] = "zip: no end record: cut short or no zip";
    CHECK_STR(contents(&arena, str_head(bytes, bytes.len - 1)), str_from(no_end));
    CHECK_STR(contents(&arena, STR("")), str_from(no_end));
    CHECK_STR(contents(&arena, STR("PK\005\006")), str_from(no_end));
}

TEST(zip_with_a_lying_directory_is_refused)
{
    SETUP;
    PUT(&z, .name = STR("a"), .body = STR("A"));
    z.count = 9;
    CHECK_STR(contents(&arena, finish(&z, STR(""))),
              STR("zip: damaged directory after 1 of 9 members"));
    buf_clear(&z.bytes);
    buf_clear(&z.directory);
    CHECK(!str_contains(contents(&arena, finish(&z, STR(""))), STR("=")));
}

TEST(zip_members_that_are_wrong_do_not_harm_the_others)
{
    SETUP;
    PUT(&z, .name = STR("good"), .body = STR("G"));
    PUT(&z, .name = STR("secret"), .body = STR("S"), .encrypted = true);
    PUT(&z, .name = STR("odd"), .body = STR("O"), .method = 97);
    PUT(&z, .name = STR("crc"), .body = STR("C"), .bad_crc = true);
    PUT(&z, .name = STR("more"), .body = STR("MORE"), .size_lie = -2);
    PUT(&z, .name = STR("less"), .body = STR("LESS"), .size_lie = 2);
    PUT(&z, .name = STR("far"), .body = STR("F"), .far = true);
    PUT(&z, .name = STR("huge"), .body = STR("H"), .size_lie = 100000);
    PUT(&z, .name = STR("last"), .body = STR("L"), .stored = true);
    CHECK_STR(contents(&arena, finish(&z, STR(""))),
              STR("good=G\n"
                  "zip: \"secret\" is encrypted\n"
                  "zip: \"odd\" is packed in an unknown way\n"
                  "zip: \"crc\" has a wrong checksum\n"
                  "zip: \"more\" holds more than its size says\n"
                  "zip: \"less\" holds less than its size says\n"
                  "zip: \"far\" has no local header\n"
                  "zip: \"huge\" is larger than the limit\n"
                  "last=L\n"));
}

TEST(zip_members_that_overlap_are_refused)
{
    SETUP;
    const uint32_t start = 0;
    PUT(&z, .name = STR("a"), .body = STR("A"));
    PUT(&z, .name = STR("b"), .body = STR("A"), .offset = &start);
    PUT(&z, .name = STR("c"), .body = STR("C"));
    Str got = contents(&arena, finish(&z, STR("")));
    CHECK(str_contains(got, STR("overlaps another member")));
    CHECK(str_ends(got, STR("c=C\n")));
}

TEST(zip_behind_a_program_and_with_a_comment)
{
    SETUP;
    PUT(&z, .name = STR("dir/"), .stored = true);
    PUT(&z, .name = STR("dir/a"), .body = STR("aaaaaaaaaaaaaaaaaaaaaaaa"));
    Str bytes = finish(&z, STR("a comment with PK\005\006 in it, long enough to mislead"));
    Str want = STR("dir/=\ndir/a=aaaaaaaaaaaaaaaaaaaaaaaa\n");
    CHECK_STR(contents(&arena, bytes), want);
    CHECK_STR(contents(&arena, arena_join(&arena, STR("#!/bin/sh\nexec java -jar $0\n"), bytes)),
              want);
}

/* Go's archive/zip has a sample of this kind: something stands between directory and end record. */
TEST(zip_offsets_that_are_right_as_they_stand)
{
    SETUP;
    PUT(&z, .name = STR("a"), .body = STR("A"));
    Str bytes = finish(&z, STR(""));
    Str head = str_head(bytes, bytes.len - 22), end = str_from_pos(bytes, bytes.len - 22);
    CHECK_STR(contents(&arena, arena_join(&arena, arena_join(&arena, head, STR("between")), end)),
              STR("a=A\n"));
}

TEST(zip64_records_are_read)
{
    SETUP;
    PUT(&z, .name = STR("a"), .body = STR("A"), .stored = true);
    uint32_t at = (uint32_t)z.bytes.len;
    Buf *d = &z.directory;
    d->ptr[30] = 12; /* extra length */
    for (size_t i = 42; i < 46; i++)
        d->ptr[i] = (char)0xff;
    u16(d, 1);
    u16(d, 8);
    buf_u64le(d, 0);
    buf_put(&z.bytes, buf_str(d));
    size_t end64 = z.bytes.len;
    buf_u32le(&z.bytes, 0x06064b50);
    buf_u64le(&z.bytes, 44);
    u16(&z.bytes, 45);
    u16(&z.bytes, 45);
    buf_u64le(&z.bytes, 0);
    buf_u64le(&z.bytes, 1);
    buf_u64le(&z.bytes, 1);
    buf_u64le(&z.bytes, d->len);
    buf_u64le(&z.bytes, at);
    buf_u32le(&z.bytes, 0x07064b50);
    buf_u32le(&z.bytes, 0);
    buf_u64le(&z.bytes, end64);
    buf_u32le(&z.bytes, 1);
    buf_u32le(&z.bytes, 0x06054b50);
    buf_u64le(&z.bytes, UINT64_C(0xffffffff00000000));
    buf_u64le(&z.bytes, UINT64_MAX);
    u16(&z.bytes, 0);
    CHECK_STR(contents(&arena, buf_str(&z.bytes)), STR("a=A\n"));
    CHECK_STR(contents(&arena, arena_join(&arena, STR("prefix"), buf_str(&z.bytes))), STR("a=A\n"));
}
