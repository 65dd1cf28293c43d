/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "base/json_out.h"
#include "test.h"

static bool accepts(const char *text)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Json j;
    json_init(&j, str_from(text), &arena);
    json_skip(&j);
    return json_finish(&j, &err);
}

TEST(json_refuses)
{
    static const char *bad[] = {
        "",    "{",       "[1,]",       "{\"a\":}",    "{\"a\" 1}", "[1 2]",  "01", "1.",
        "tru", "\"\\x\"", "\"a",        "{a:1}",       "[1]]",      "\"\n\"", "-",  "1e",
        "nul", "[,1]",    "{\"a\":1,}", "[\"\\u12\"]", "]",         "}"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (accepts(bad[i]))
            fprintf(stderr, "accepted: %s\n", bad[i]);
        CHECK(!accepts(bad[i]));
    }
}

TEST(json_refuses_depth)
{
    char text[2 * 5000 + 1] = {0};
    for (size_t i = 0; i < 5000; i++) {
        text[i] = '[';
        text[5000 + i] = ']';
    }
    CHECK(!accepts(text));
}

TEST(json_accepts)
{
    static const char *good[] = {
        "0", "-0.5e+3", "[]", "{}", " [ 1 , {\"a\" : [ ] } ] ", "null", "\"\\ud83d\\ude00\""};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        CHECK(accepts(good[i]));
}

TEST(json_pulls_values)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Json j;
    Str key, text = {0};
    double number = 0;
    int64_t whole = 0, items = 0;
    json_init(&j,
              STR("{\"s\":\"a\\u00fc\\n\\ud83d\\ude00\",\"x\":[1,{\"y\":2}],\"n\":1.5,\"i\":3e2,"
                  "\"wrong\":\"no number\",\"list\":[1,2,3]}"),
              &arena);
    CHECK(json_enter_object(&j));
    while (json_next_key(&j, &key)) {
        if (str_eq(key, STR("s")))
            text = json_take_str(&j);
        else if (str_eq(key, STR("n")))
            number = json_take_number(&j, 0);
        else if (str_eq(key, STR("i")))
            whole = json_take_int(&j, 0);
        else if (str_eq(key, STR("wrong")))
            CHECK_INT(json_take_int(&j, -1), -1);
        else if (str_eq(key, STR("list"))) {
            if (json_enter_array(&j))
                while (json_next_item(&j))
                    items += json_take_int(&j, 0);
        } else
            json_skip(&j);
    }
    CHECK(json_finish(&j, &err));
    CHECK_STR(text, STR("a\xc3\xbc\n\xf0\x9f\x98\x80"));
    CHECK(number > 1.49 && number < 1.51);
    CHECK_INT(whole, 300);
    CHECK_INT(items, 6);
}

TEST(json_out_is_valid)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    json_out_init(&o, &buf, 0);
    json_put_object(&o);
    json_field_str(&o, "bad", STR("a\xff\"\\\x01\xc3\xbc"));
    json_field_fixed(&o, "f", 12.30, 2);
    json_put_key(&o, "a");
    json_put_array(&o);
    json_put_number(&o, 0.1);
    json_put_end(&o, ']');
    json_field_str_if(&o, "none", (Str){0});
    json_put_end(&o, '}');
    CHECK_STR(buf_str(&buf),
              STR("{\"bad\":\"a\xef\xbf\xbd\\\"\\\\\\u0001\xc3\xbc\",\"f\":12.3,\"a\":[0.1]}"));
}
