/* SPDX-License-Identifier: Apache-2.0 */
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
