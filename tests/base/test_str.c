/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "test.h"

TEST(str_slices_clamp)
{
    Str s = STR("abc");
    CHECK_STR(str_sub(s, 5, 9), (Str){0});
    CHECK_STR(str_sub(s, 2, 1), (Str){0});
    CHECK_STR(str_sub(s, 1, 99), STR("bc"));
    CHECK_INT(str_at(s, 3), 0);
}

TEST(str_next_gives_empty_pieces)
{
    Str rest = STR("a,,b"), piece;
    CHECK(str_next(&rest, ',', &piece) && str_eq(piece, STR("a")));
    CHECK(str_next(&rest, ',', &piece) && str_eq(piece, STR("")));
    CHECK(str_next(&rest, ',', &piece) && str_eq(piece, STR("b")));
    CHECK(!str_next(&rest, ',', &piece));
}

TEST(str_numbers)
{
    uint64_t u = 7;
    int64_t i;
    double d;
    CHECK(!str_to_u64(STR("18446744073709551616"), &u) && u == 7);
    CHECK(str_to_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
    CHECK(!str_to_u64(STR(""), &u) && !str_to_u64(STR("1 "), &u));
    CHECK(str_to_i64(STR("-12"), &i) && i == -12);
    CHECK(!str_to_double(STR("nan"), &d) && !str_to_double(STR("1e"), &d));
    CHECK(str_to_double(STR("0.97"), &d) && d > .96 && d < .98);
}

TEST(str_utf8)
{
    CHECK(str_is_utf8(STR("gr\xc3\xbc\xc3\x9f")));
    CHECK(!str_is_utf8(STR("\xff")));
    CHECK(!str_is_utf8(STR("\xc0\x80")));     /* overlong */
    CHECK(!str_is_utf8(STR("\xed\xa0\x80"))); /* surrogate */
    CHECK(!str_is_utf8(STR("\xe2\x82")));     /* cut short */
}

TEST(date_round_trip)
{
    Arena arena CLEANUP(arena_fini) = {0};
    CHECK_INT(date_parse(STR("1970-01-01")), 0);
    CHECK_INT(date_parse(STR("2000-03-01T10:00:00Z")), 11017);
    CHECK_INT(date_parse(STR("2023-02-29")), DATE_NONE);
    CHECK_INT(date_parse(STR("2023-2-1")), DATE_NONE);
    const Date first = date_parse(STR("0000-01-01")), last = date_parse(STR("9999-12-31"));
    CHECK(date_checked(first) == first && date_checked(first - 1) == DATE_NONE);
    CHECK(date_checked(last) == last && date_checked(last + 1) == DATE_NONE);
    CHECK(date_checked(INT64_MAX) == DATE_NONE && date_checked(DATE_NONE) == DATE_NONE);
    for (Date date = -40000; date < 60000; date += 37)
        CHECK_INT(date_parse(date_str(&arena, date)), date);
}

TEST(printable_ascii_ends_at_each_other_byte)
{
    char bytes[19];
    for (size_t at = 0; at < sizeof bytes; at++)
        for (int c = 0; c < 256; c++)
            for (size_t from = 0; from <= at; from++) {
                memset(bytes, c & 1 ? ' ' : '~', sizeof bytes);
                bytes[at] = (char)c;
                bool plain = c >= 0x20 && c < 0x7f;
                CHECK_INT(str_printable(str_of(bytes + from, sizeof bytes - from)),
                          (plain ? sizeof bytes : at) - from);
            }
    CHECK_INT(str_printable((Str){0}), 0);
}
