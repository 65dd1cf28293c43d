/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"
#include "test.h"

TEST(unsafe_text_is_shown)
{
    static const struct {
        Str text, unicode, ascii;
    } rows[] = {
        {STR_INIT("\x1b]0;owned\x07"), STR_INIT("\\x1b]0;owned\\x07"),
         STR_INIT("\\x1b]0;owned\\x07")},
        {STR_INIT("a\nb\tc\r"), STR_INIT("a\\x0ab\\x09c\\x0d"), STR_INIT("a\\x0ab\\x09c\\x0d")},
        {STR_INIT("\xc2\x9b"
                  "31m"),
         STR_INIT("\\u009b31m"), STR_INIT("\\u009b31m")},
        {STR_INIT("x\xe2\x80\xaey"), STR_INIT("x\\u202ey"), STR_INIT("x\\u202ey")},
        {STR_INIT("\xff\xc3("), STR_INIT("\\xff\\xc3("), STR_INIT("\\xff\\xc3(")},
        {STR_INIT("na\xc3\xafve"), STR_INIT("na\xc3\xafve"), STR_INIT("na\\u00efve")},
        {STR_INIT("\xf0\x9f\x98\x80"), STR_INIT("\xf0\x9f\x98\x80"), STR_INIT("\\U01f600")},
        {STR_INIT("plain"), STR_INIT("plain"), STR_INIT("plain")},
        {STR_INIT("a\0b"), STR_INIT("a\\x00b"), STR_INIT("a\\x00b")},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_STR(text_safe(&arena, rows[i].text, true), rows[i].unicode);
        CHECK_STR(text_safe(&arena, rows[i].text, false), rows[i].ascii);
    }
}

TEST(width_counts_columns)
{
    CHECK_INT(text_width(STR("")), 0);
    CHECK_INT(text_width(STR("abc")), 3);
    CHECK_INT(text_width(STR("e\xcc\x81")), 1);
    CHECK_INT(text_width(STR("\xe6\xbc\xa2\xe5\xad\x97")), 4);
    CHECK_INT(text_width(STR("\xed\x95\x9c")), 2);
    CHECK_INT(text_width(STR("\xf0\x9f\x98\x80")), 2);
    CHECK_INT(text_width(STR("\xe2\x80\xa6")), 1);
}

TEST(head_splits_no_character)
{
    CHECK_STR(text_head(STR("abc"), 0), STR(""));
    CHECK_STR(text_head(STR("abc"), 2), STR("ab"));
    CHECK_STR(text_head(STR("abc"), 9), STR("abc"));
    CHECK_STR(text_head(STR("\xe6\xbc\xa2\xe5\xad\x97"), 3), STR("\xe6\xbc\xa2"));
    CHECK_STR(text_head(STR("e\xcc\x81x"), 1), STR("e\xcc\x81"));
}
