/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_out.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_out_init(JsonOut *o, Buf *buf, int indent)
{
    *o = (JsonOut){.buf = buf, .indent = indent};
}

static void new_line(JsonOut *o)
{
    if (o->indent == 0)
        return;
    buf_put_char(o->buf, '\n');
    for (unsigned i = 0; i < o->depth * (unsigned)o->indent; i++)
        buf_put_char(o->buf, ' ');
}

static void before_value(JsonOut *o)
{
    if (o->after_key) {
        o->after_key = false;
        return;
    }
    if (o->depth == 0)
        return;
    if (!o->empty[o->depth - 1])
        buf_put_char(o->buf, ',');
    o->empty[o->depth - 1] = false;
    new_line(o);
}

static void put_open(JsonOut *o, char opening)
{
    before_value(o);
    assert(o->depth < COUNT_OF(o->empty));
    buf_put_char(o->buf, opening);
    o->empty[o->depth++] = true;
}

void json_put_object(JsonOut *o)
{
    put_open(o, '{');
}

void json_put_array(JsonOut *o)
{
    put_open(o, '[');
}

void json_put_end(JsonOut *o, char closing)
{
    assert(o->depth > 0 && !o->after_key);
    bool empty = o->empty[--o->depth];
    if (!empty)
        new_line(o);
    buf_put_char(o->buf, closing);
}

/* Well-formed runs are copied; what is not becomes U+FFFD, byte by byte. */
static void put_char_escaped(Buf *buf, unsigned char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *row = c ? strchr(from, c) : NULL;
    if (row)
        buf_printf(buf, "\\%c", to[row - from]);
    else if (c < 0x20 || c == 0x7f)
        buf_printf(buf, "\\u%04x", c);
    else
        buf_put_char(buf, (char)c);
}

static size_t sequence_len(Str s)
{
    for (size_t len = 2; len <= 4 && len <= s.len; len++)
        if (str_is_utf8(str_head(s, len)))
            return len;
    return 0;
}

static void put_quoted(Buf *buf, Str s)
{
    buf_put_char(buf, '"');
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        size_t len = c < 0x80 ? 1 : sequence_len(str_sub(s, i, i + 4));
        if (c < 0x80)
            put_char_escaped(buf, c);
        else
            buf_put(buf, len ? str_sub(s, i, i + len) : STR("\xef\xbf\xbd"));
        i += len ? len : 1;
    }
    buf_put_char(buf, '"');
}

void json_put_key_str(JsonOut *o, Str key)
{
    before_value(o);
    put_quoted(o->buf, key);
    buf_put(o->buf, o->indent ? STR(": ") : STR(":"));
    o->after_key = true;
}

void json_put_key(JsonOut *o, const char *key)
{
    json_put_key_str(o, str_from(key));
}

void json_put_str(JsonOut *o, Str value)
{
    before_value(o);
    put_quoted(o->buf, value);
}

void json_put_int(JsonOut *o, int64_t value)
{
    before_value(o);
    buf_printf(o->buf, "%lld", (long long)value);
}

void json_put_number(JsonOut *o, double value)
{
    char text[40];
    before_value(o);
    if (!isfinite(value)) {
        buf_put(o->buf, STR("null"));
        return;
    }
    bool whole = fabs(value) < 1e15 && !(value < trunc(value)) && !(value > trunc(value));
    snprintf(text, sizeof text, "%.0f", value);
    for (int digits = 1; digits <= 17 && !whole; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double back = strtod(text, NULL);
        if (!(back < value) && !(back > value))
            break;
    }
    buf_put(o->buf, str_from(text));
}

void json_put_fixed(JsonOut *o, double value, int decimals)
{
    char text[64];
    before_value(o);
    if (!isfinite(value)) {
        buf_put(o->buf, STR("null"));
        return;
    }
    int length = snprintf(text, sizeof text, "%.*f", decimals, value);
    Str s = {text, length > 0 ? (size_t)length : 0};
    if (str_find_char(s, '.') != STR_NONE) {
        while (str_ends(s, STR("0")))
            s.len--;
        if (str_ends(s, STR(".")))
            s.len--;
    }
    buf_put(o->buf, str_eq(s, STR("-0")) ? STR("0") : s);
}

void json_put_bool(JsonOut *o, bool value)
{
    before_value(o);
    buf_put(o->buf, value ? STR("true") : STR("false"));
}

void json_put_null(JsonOut *o)
{
    before_value(o);
    buf_put(o->buf, STR("null"));
}

void json_put_raw(JsonOut *o, Str json)
{
    before_value(o);
    buf_put(o->buf, json);
}

void json_field_str(JsonOut *o, const char *key, Str value)
{
    json_put_key(o, key);
    json_put_str(o, value);
}

void json_field_int(JsonOut *o, const char *key, int64_t value)
{
    json_put_key(o, key);
    json_put_int(o, value);
}

void json_field_bool(JsonOut *o, const char *key, bool value)
{
    json_put_key(o, key);
    json_put_bool(o, value);
}

void json_field_fixed(JsonOut *o, const char *key, double value, int decimals)
{
    json_put_key(o, key);
    json_put_fixed(o, value, decimals);
}

void json_field_str_if(JsonOut *o, const char *key, Str value)
{
    if (value.len)
        json_field_str(o, key, value);
}
