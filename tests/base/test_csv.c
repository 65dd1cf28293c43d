/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"
#include "test.h"

/* A stream that gives one byte at a time, so that every state meets a refill. */
typedef struct Drip {
    Stream stream;
    Str rest;
} Drip;

static bool drip_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Drip *drip = (Drip *)self;
    (void)cap, (void)err;
    *got = drip->rest.len > 0;
    if (*got)
        *(char *)into = drip->rest.ptr[0];
    drip->rest = str_from_pos(drip->rest, 1);
    return true;
}

/* Rows as "a|b;c|d;", or the error's text after '!'. */
static Str rows_of(Arena *arena, Str text)
{
    Drip drip = {.stream = {.read = drip_read}, .rest = text};
    Csv csv CLEANUP(csv_fini);
    Error err = {0};
    bool got = true;
    Str out = {0};
    csv_init(&csv, &drip.stream);
    while (got) {
        if (!csv_next(&csv, &got, &err))
            return arena_printf(arena, STR_FMT "!%s", STR_ARG(out), err.message);
        for (size_t i = 0; got && i < csv.count; i++)
            out = arena_printf(arena, STR_FMT STR_FMT "%s", STR_ARG(out),
                               STR_ARG(csv_field(&csv, i)), i + 1 < csv.count ? "|" : ";");
    }
    return out;
}

TEST(csv_refuses)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a,\"b", "!line 1: a quoted field has no end"},
        {"x\na\"b", "x;!line 2: a quote inside a field that does not start with one"},
        {"\"a\"b", "!line 1: something follows a closing quote"},
        {"\"a\nb\"\n\"", "a\nb;!line 3: a quoted field has no end"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(rows_of(&arena, str_from(rows[i].text)), str_from(rows[i].want));
}

TEST(csv_reads)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {"a", "a;"},
        {"a,b\r\nc,d\r\n", "a|b;c|d;"},
        {"a,,\n,\n", "a||;|;"},
        {"\"a,\"\"b\"\"\r\n\",c\r\n", "a,\"b\"\r\n|c;"},
        {"a\n\n\nb", "a;b;"},
        {"a\r", "a;"},
        {"a,\"b\"\r\n", "a|b;"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(rows_of(&arena, str_from(rows[i].text)), str_from(rows[i].want));
}

TEST(csv_is_bounded)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    for (int i = 0; i < 2 * CSV_FIELDS; i++)
        buf_put_char(&text, ',');
    CHECK_STR(rows_of(&arena, buf_str(&text)), STR("!line 1: too many fields"));
    buf_clear(&text);
    for (int i = 0; i <= CSV_ROW_BYTES; i++)
        buf_put_char(&text, 'x');
    CHECK_STR(rows_of(&arena, buf_str(&text)), STR("!line 1: the row is too long"));
    buf_clear(&text);
    for (int i = 0; i <= CSV_ROW_BYTES; i++)
        buf_put_char(&text, i ? 'x' : '"');
    CHECK_STR(rows_of(&arena, buf_str(&text)), STR("!line 1: the row is too long"));
}

TEST(csv_finds_columns)
{
    MemoryStream memory;
    Csv csv CLEANUP(csv_fini);
    Error err = {0};
    bool got;
    memory_stream_init(&memory, STR("#model_version:v3,\"\ncve,epss\nCVE-1,0.5\n"));
    csv_init(&csv, &memory.stream);
    REQUIRE_OK(csv_take_header(&csv, &err));
    CHECK_INT(csv_column(&csv, STR("epss")), 1);
    CHECK(csv_column(&csv, STR("none")) == STR_NONE);
    REQUIRE_OK(csv_next(&csv, &got, &err));
    CHECK_STR(csv_field(&csv, csv_column(&csv, STR("epss"))), STR("0.5"));
    CHECK_STR(csv_field(&csv, 7), (Str){0});
    CHECK_INT(csv.line, 3);
}

TEST(csv_without_a_header)
{
    MemoryStream memory;
    Csv csv CLEANUP(csv_fini);
    Error err = {0};
    memory_stream_init(&memory, STR("# only\n"));
    csv_init(&csv, &memory.stream);
    CHECK(!csv_take_header(&csv, &err));
    CHECK_INT(err.code, ERR_FORMAT);
}
