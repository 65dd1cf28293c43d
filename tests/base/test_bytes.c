/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/reader.h"
#include "base/stream.h"
#include "test.h"

TEST(reader_fails_once_and_stays_failed)
{
    Reader r = reader_of(STR("\x01\x02\x03"));
    CHECK_INT(reader_u32le(&r), 0);
    CHECK(!reader_ok(&r));
    CHECK_INT(reader_u8(&r), 0);
    CHECK(!reader_seek(&r, 0));
}

TEST(reader_varint_round_trip)
{
    static const uint64_t values[] = {0, 127, 128, 300, UINT32_MAX, UINT64_MAX};
    Buf buf CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        buf_varint(&buf, values[i]);
    buf_str_wire(&buf, STR("abc"));
    Reader r = reader_of(buf_str(&buf));
    for (size_t i = 0; i < COUNT_OF(values); i++)
        CHECK(reader_varint(&r) == values[i]);
    CHECK_STR(reader_str(&r), STR("abc"));
    CHECK(reader_ok(&r) && reader_left(&r) == 0);
}

TEST(reader_str_refuses_a_lying_length)
{
    Reader r = reader_of(STR("\xff\xff\xff\xff\x0f"
                             "abc"));
    CHECK_STR(reader_str(&r), (Str){0});
    CHECK(!reader_ok(&r));
}

TEST(map_keeps_order_and_values)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Map map;
    map_init(&map, &arena);
    for (int i = 0; i < 1000; i++)
        *map_get(&map, arena_printf(&arena, "key%d", i)) = arena_c_str(&arena, STR("v"));
    CHECK_INT(map_len(&map), 1000);
    CHECK(map_find(&map, STR("key999")) && !map_find(&map, STR("key1000")));
    CHECK_STR(map.entries.at[7].key, STR("key7"));
}

TEST(arena_reset_gives_back)
{
    Arena arena CLEANUP(arena_fini) = {0};
    arena_str(&arena, STR("kept"));
    ArenaMark mark = arena_mark(&arena);
    size_t used = arena.used;
    for (int i = 0; i < 100; i++)
        arena_alloc(&arena, 10000);
    arena_reset(&arena, mark);
    CHECK_INT(arena.used, used);
}

static bool lies_in(const void *what, const void *bytes, size_t size)
{
    uintptr_t at = (uintptr_t)what, from = (uintptr_t)bytes;
    return at >= from && at < from + size;
}

TEST(arena_spares_what_is_at_hand)
{
    Arena arena CLEANUP(arena_fini) = {0};
    CHECK(!arena_spare(&arena, 1));
    const char *first = arena_bytes(&arena, 16);
    char *spare = arena_spare(&arena, 1000);
    CHECK(spare && lies_in(spare, first + 16, 4096));
    memset(spare, 'x', 1000);
    CHECK(arena_bytes(&arena, 1) >= spare + 1000);
    CHECK(!arena_spare(&arena, 1 << 20));
    CHECK(!arena_spare(&arena, SIZE_MAX / 2));
    CHECK(!arena_spare(&arena, SIZE_MAX));
}

TEST(arena_begins_in_another)
{
    enum { SIZE = 4096 };
    Arena other CLEANUP(arena_fini) = {.eager = true};
    Arena arena;
    arena_init_in(&arena, &other, SIZE); /* which has nothing yet */
    CHECK(!arena.blocks && arena.eager);
    const char *first = arena_bytes(&other, 16);
    arena_init_in(&arena, &other, SIZE);
    char *lent = arena_bytes(&arena, 1000);
    CHECK(lies_in(lent, first, 2 * SIZE));
    char *next = arena_bytes(&other, 100);
    CHECK(!lies_in(next, lent, SIZE - 1000));
    memset(lent, 'a', 1000);
    ArenaMark mark = arena_mark(&arena);
    for (int i = 0; i < 100; i++) /* beyond what was lent */
        memset(arena_alloc(&arena, 1000), 'b', 1000);
    memset(next, 'c', 100);
    arena_reset(&arena, mark);
    CHECK(lent[0] == 'a' && lent[999] == 'a');
    CHECK(arena_bytes(&arena, 1) > lent && lies_in(arena_bytes(&arena, 1), first, 2 * SIZE));
    arena_fini(&arena);
    CHECK(next[99] == 'c' && arena_bytes(&other, 8) > next);
    arena_init_in(&arena, NULL, SIZE);
    CHECK(!arena.blocks && !arena.eager);
    CHECK(((char *)arena_alloc(&arena, 10))[9] == 0);
    arena_fini(&arena);
}

TEST(buf_begins_in_lent_bytes)
{
    char bytes[10];
    Buf buf CLEANUP(buf_fini);
    buf_init_in(&buf, bytes, sizeof bytes);
    buf_put(&buf, STR("0123456789"));
    CHECK(buf_str(&buf).ptr == bytes);
    buf_put_char(&buf, 'x');
    CHECK(buf_str(&buf).ptr != bytes);
    CHECK_STR(buf_str(&buf), STR("0123456789x"));
    memset(bytes, 0, sizeof bytes);
    for (int i = 0; i < 100; i++)
        buf_put(&buf, STR("yyyyyyyyyy"));
    CHECK(str_starts(buf_str(&buf), STR("0123456789xyy")) && buf.len == 1011);
    buf_fini(&buf);
    buf_init_in(&buf, bytes, sizeof bytes);
    buf_put_char(&buf, 'z');
    buf_fini(&buf);
    CHECK(bytes[0] == 'z' && !buf.ptr);
    buf_init_in(&buf, NULL, sizeof bytes);
    buf_put(&buf, STR("abc"));
    CHECK_STR(buf_str(&buf), STR("abc"));
}

TEST(stream_skip_beyond_the_end_is_an_error)
{
    MemoryStream s;
    Error err = {0};
    memory_stream_init(&s, STR("0123456789"));
    CHECK(stream_skip(&s.stream, 4, &err));
    CHECK(!stream_skip(&s.stream, 7, &err));
    CHECK_INT(err.code, ERR_FORMAT);
}

TEST(file_write_atomic_leaves_nothing_aside)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Str folder = test_folder(&arena);
    Str path = arena_printf(&arena, STR_FMT "/a", STR_ARG(folder)), back;
    CHECK(file_write_atomic(path, STR("one"), &err));
    CHECK(file_write_atomic(path, STR("two"), &err));
    CHECK(file_read(path, 100, &arena, &back, &err));
    CHECK_STR(back, STR("two"));
    CHECK(!file_read(path, 2, &arena, &back, &err));
    CHECK_INT(err.code, ERR_LIMIT);
    CHECK(!file_write_atomic(STR("/nonexistent-folder/a"), STR("x"), &err));
}
