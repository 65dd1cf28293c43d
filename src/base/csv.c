/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"

enum { STEP = 65536 };

void csv_init(Csv *csv, Stream *in)
{
    *csv = (Csv){.in = in};
}

void csv_fini(Csv *csv)
{
    buf_fini(&csv->input);
    buf_fini(&csv->text);
    arena_fini(&csv->arena);
}

/* The next character, -1 at the end; *ok false if the stream fails. */
static int peek(Csv *csv, bool *ok, Error *err)
{
    if (csv->pos == csv->input.len && !csv->ended) {
        size_t got = 0;
        buf_clear(&csv->input);
        csv->pos = 0;
        if (!stream_read(csv->in, buf_reserve(&csv->input, STEP), STEP, &got, err)) {
            *ok = false;
            got = 0;
        }
        csv->input.len = got;
        csv->ended = got == 0;
    }
    return csv->pos < csv->input.len ? (unsigned char)csv->input.ptr[csv->pos] : -1;
}

static bool fail(const Csv *csv, const char *why, Error *err)
{
    return error_set(err, ERR_FORMAT, "line %llu: %s", (unsigned long long)csv->line, why);
}

static bool room(const Csv *csv, Error *err)
{
    return csv->text.len < CSV_ROW_BYTES || fail(csv, "the row is too long", err);
}

/* After the opening quote, up to and with the closing one. */
static bool take_quoted(Csv *csv, Error *err)
{
    bool ok = true;
    for (int c; (c = peek(csv, &ok, err)) >= 0 && room(csv, err);) {
        csv->pos++;
        if (c == '"' && peek(csv, &ok, err) != '"')
            return ok;
        csv->pos += c == '"';
        csv->lines += c == '\n';
        buf_put_char(&csv->text, (char)c);
    }
    return ok && room(csv, err) && fail(csv, "a quoted field has no end", err);
}

/* Up to the comma or line end, which stays. */
static bool take_bare(Csv *csv, Error *err)
{
    bool ok = true;
    for (int c; (c = peek(csv, &ok, err)) >= 0 && c != ',' && c != '\n';) {
        Str rest = str_from_pos(buf_str(&csv->input), csv->pos);
        size_t span = 0;
        while (span < rest.len && rest.ptr[span] != ',' && rest.ptr[span] != '\n' &&
               rest.ptr[span] != '"')
            span++;
        if (span == 0)
            return fail(csv, "a quote inside a field that does not start with one", err);
        buf_put(&csv->text, str_head(rest, span));
        csv->pos += span;
        if (!room(csv, err))
            return false;
    }
    return ok;
}

static bool take_field(Csv *csv, Error *err)
{
    bool ok = true;
    if (csv->count == CSV_FIELDS)
        return fail(csv, "too many fields", err);
    csv->starts[csv->count] = csv->text.len;
    if (peek(csv, &ok, err) == '"') {
        csv->pos++;
        if (!take_quoted(csv, err))
            return false;
        if (peek(csv, &ok, err) == '\r')
            csv->pos++;
    } else if (ok && take_bare(csv, err)) {
        /* CR LF ends a line; the last line may lack its LF */
        if (peek(csv, &ok, err) != ',' && csv->text.len > csv->starts[csv->count] &&
            csv->text.ptr[csv->text.len - 1] == '\r')
            csv->text.len--;
    } else {
        return false;
    }
    csv->starts[++csv->count] = csv->text.len;
    return ok;
}

static bool take_row(Csv *csv, Error *err)
{
    buf_clear(&csv->text);
    csv->count = 0;
    csv->line = csv->lines + 1;
    for (;;) {
        bool ok = true;
        if (!take_field(csv, err))
            return false;
        int c = peek(csv, &ok, err);
        if (!ok)
            return false;
        if (c >= 0 && c != ',' && c != '\n')
            return fail(csv, "something follows a closing quote", err);
        csv->pos += c >= 0;
        if (c != ',') {
            csv->lines += c == '\n';
            return true;
        }
    }
}

bool csv_next(Csv *csv, bool *got, Error *err)
{
    bool ok = true;
    for (;;) {
        *got = peek(csv, &ok, err) >= 0;
        if (!ok || !*got)
            return ok;
        if (!take_row(csv, err))
            return false;
        if (csv->count > 1 || csv->text.len > 0)
            return true;
    }
}

Str csv_field(const Csv *csv, size_t i)
{
    return i < csv->count ? str_sub(buf_str(&csv->text), csv->starts[i], csv->starts[i + 1])
                          : (Str){0};
}

/* A comment has no quoting. */
static bool skip_line(Csv *csv, Error *err)
{
    bool ok = true;
    int c;
    while ((c = peek(csv, &ok, err)) >= 0 && c != '\n')
        csv->pos++;
    csv->pos += c == '\n';
    csv->lines += c == '\n';
    return ok;
}

bool csv_take_header(Csv *csv, Error *err)
{
    bool ok = true, got = false;
    while (peek(csv, &ok, err) == '#')
        if (!skip_line(csv, err))
            return false;
    if (!ok || !csv_next(csv, &got, err))
        return false;
    if (!got)
        return error_set(err, ERR_FORMAT, "empty: a header line is missing");
    csv->header = (StrVec){0};
    for (size_t i = 0; i < csv->count; i++) {
        Str name = csv_field(csv, i);
        if (i == 0 && str_starts(name, STR("\xef\xbb\xbf")))
            name = str_from_pos(name, 3);
        *vec_push(&csv->arena, &csv->header) = arena_str(&csv->arena, name);
    }
    return true;
}

size_t csv_column(const Csv *csv, Str name)
{
    for (size_t i = 0; i < csv->header.len; i++)
        if (str_eq(csv->header.at[i], name))
            return i;
    return STR_NONE;
}
