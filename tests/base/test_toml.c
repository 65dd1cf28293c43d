/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/buf.h"
#include "base/toml.h"
#include "test.h"

static bool accepts(Str text)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const TomlValue *root;
    return toml_parse(text, &arena, &root, &err);
}

TEST(toml_refuses)
{
    static const char *bad[] = {
        "a",
        "a =",
        "= 1",
        "a = 1 b = 2",
        "a = 1\na = 2",
        "a.b = 1\na = 2",
        "a = 1\na.b = 2",
        "[a]\n[a]",
        "[a]\nb = 1\n[a.b]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "a = []\n[[a]]",
        "a = {}\n[a.b]",
        "a = {b = 1}\na.c = 2",
        "a = {b.c = 1}\n[a.b]",
        "a = {b = 1,}",
        "a = {b = 1\n}",
        "a = [1",
        "a = [1 2]",
        "a = [,]",
        "a = \"x",
        "a = \"\\x\"",
        "a = \"\\ud800\"",
        "a = \"\\U00110000\"",
        "a = \"x\ny\"",
        "a = 'x\ny'",
        "\"\"\"a\"\"\" = 1",
        "a = 01",
        "a = +01",
        "a = 1_",
        "a = _1",
        "a = 1__2",
        "a = 0x",
        "a = 0xg",
        "a = 0o8",
        "a = 0b2",
        "a = 0b1000000000000000000000000000000000000000000000000000000000000000",
        "a = 9223372036854775808",
        "a = 1.",
        "a = .1",
        "a = 1.e1",
        "a = 1e",
        "a = 01.5",
        "a = 1_.5",
        "a = tru",
        "a = +true",
        "a = 2024-13-01",
        "a = 2023-02-29",
        "a = 24:00:00",
        "a = 10:00",
        "a = 2024-01-01T",
        "a = 2024-01-01T10:00:00.",
        "a = 2024-01-01T10:00:00+25:00",
        "[]",
        "[a",
        "[a]]",
        "[ a . ]",
        "[a] b = 1",
        "# \x01",
        "a = \"\x01\"",
        "a = 1\r",
        "a\nb = 1",
        "[a.b.c]\nz = 1\n[a]\nb.c.t = 2",
        "[a.b.c]\nz = 1\n[a]\nb.t = 2",
        "a.b = 1\n[a]",
        "a = \"\"\"x\\q\"\"\"",
        "a = ''''''''''",
        "a = \"\"\"\"\"\"\"\"\"\"",
        "a.\"b = 1",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (accepts(str_from(bad[i])))
            fprintf(stderr, "accepted: %s\n", bad[i]);
        CHECK(!accepts(str_from(bad[i])));
    }
    CHECK(!accepts(STR("a = \"\xff\"")));
    CHECK(!accepts(STR("a = \"\0\"")));
}

TEST(toml_refuses_depth)
{
    Buf text CLEANUP(buf_fini) = {0};
    buf_put(&text, STR("a = "));
    for (int i = 0; i < 100000; i++)
        buf_put_char(&text, '[');
    CHECK(!accepts(buf_str(&text)));
    buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        buf_put(&text, STR("a."));
    buf_put(&text, STR("a = 1"));
    CHECK(!accepts(buf_str(&text)));
}

TEST(toml_accepts)
{
    static const char *good[] = {
        "",
        "# only a comment",
        ("\xef\xbb\xbf"
         "a = 1"),
        "a = 1\r\nb = 2\r\n",
        "[a.b]\n[a]\nc = 1",
        "[a]\nb.c = 1\nb.d = 2\n[a.e]",
        "[[a]]\n[a.b]\n[[a]]\n[a.b]",
        "[fruit]\napple.x = 1\n[fruit.apple.taste]",
        "a = [1, # one\n 2,\n]",
        "a = { b = [ {c = 1} ], d.e = 'x' }",
        "'' = 1\n\"\\u00e9\" = 2",
        "1.2 = 3",
        "a = 0\nb = +0\nc = -0.0\nd = 0e0",
        "a = 9223372036854775807",
        "a = -9223372036854775808",
        "a = 0x7fff_ffff_ffff_ffff",
        "a = 2024-02-29 10:00:00.5+01:00",
        "a = 10:00:60",
        "true = true",
        "a = ''''two quotes'''''",
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!accepts(str_from(good[i])))
            fprintf(stderr, "refused: %s\n", good[i]);
        CHECK(accepts(str_from(good[i])));
    }
}

TEST(toml_values)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const TomlValue *root = NULL;
    REQUIRE_OK(toml_parse(STR("s = \"a\\tb\\u00fc\\U0001f600\"\nraw = 'C:\\x'\n"
                              "long = \"\"\"\nroses \\\n   \n  are \"red\"\"\"\"\n"
                              "i = 1_000\nhex = 0xDEAD_beef\nneg = -17\nf = 6.02e+2_3\n"
                              "inf = -inf\nnan = nan\nyes = true\nday = 1979-05-27 07:32:00Z\n"
                              "list = [[1, 2], [\"x\"]]\n[t.u]\nv = {w.x = 1}\n[[rows]]\nn = 1\n"
                              "[[rows]]\nn = 2\n[rows.sub]\nk = 3"),
                          &arena, &root, &err));
    CHECK_STR(toml_find(root, STR("s"))->string, STR("a\tb\xc3\xbc\xf0\x9f\x98\x80"));
    CHECK_STR(toml_find(root, STR("raw"))->string, STR("C:\\x"));
    CHECK_STR(toml_find(root, STR("long"))->string, STR("roses are \"red\""));
    CHECK_INT(toml_find(root, STR("i"))->integer, 1000);
    CHECK_INT(toml_find(root, STR("hex"))->integer, 0xdeadbeef);
    CHECK_INT(toml_find(root, STR("neg"))->integer, -17);
    CHECK(fabs(toml_find(root, STR("f"))->number - 6.02e23) < 1e15);
    CHECK(isinf(toml_find(root, STR("inf"))->number) && isnan(toml_find(root, STR("nan"))->number));
    CHECK(toml_find(root, STR("yes"))->boolean);
    CHECK_STR(toml_find(root, STR("day"))->string, STR("1979-05-27 07:32:00Z"));
    const TomlValue *list = toml_find(root, STR("list"));
    CHECK_INT(list->count, 2);
    CHECK_INT(list->first->first->next->integer, 2);
    const TomlValue *v = toml_find(toml_find(toml_find(root, STR("t")), STR("u")), STR("v"));
    CHECK_INT(toml_find(toml_find(v, STR("w")), STR("x"))->integer, 1);
    const TomlValue *second = toml_find(root, STR("rows"))->first->next;
    CHECK_INT(toml_find(toml_find(second, STR("sub")), STR("k"))->integer, 3);
    CHECK_INT(second->line, 20);
    CHECK(!toml_find(root, STR("absent")) && !toml_find(list, STR("x")) &&
          !toml_find(NULL, STR("x")));
}

TEST(toml_error_names_the_line)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const TomlValue *root;
    CHECK(!toml_parse(STR("a = \"\"\"\n\n\"\"\"\n[t]\nx = 1\nx = 2\n"), &arena, &root, &err));
    CHECK_STR(error_message(&err), STR("line 6: 'x' is already defined (line 5)"));
    CHECK_INT(err.code, ERR_USAGE);
}
