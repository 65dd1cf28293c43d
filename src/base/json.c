/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <string.h>

void json_init(Json *j, Str text, Arena *arena)
{
    *j = (Json){.in = reader_of(text), .arena = arena};
}

void json_fail(Json *j, const char *why)
{
    if (!j->why) {
        j->why = why;
        j->where = j->in.pos;
    }
    reader_fail(&j->in);
}

static char peek_char(Json *j)
{
    Str rest = str_from_pos(j->in.bytes, j->in.pos);
    size_t i = 0;
    while (i < rest.len && (rest.ptr[i] == ' ' || rest.ptr[i] == '\n' || rest.ptr[i] == '\r' ||
                            rest.ptr[i] == '\t'))
        i++;
    j->in.pos += i;
    return str_at(rest, i);
}

JsonKind json_peek(Json *j)
{
    char c = peek_char(j);
    if (reader_left(&j->in) == 0)
        return JSON_END;
    switch (c) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    default:
        if (c == '-' || char_is_digit(c))
            return JSON_NUMBER;
        json_fail(j, "unexpected character");
        return JSON_END;
    }
}

static bool enter(Json *j, JsonKind kind)
{
    if (json_peek(j) != kind) {
        json_skip(j);
        return false;
    }
    if (j->depth == JSON_DEPTH) {
        json_fail(j, "nested too deep");
        return false;
    }
    reader_skip(&j->in, 1);
    j->fresh[j->depth++] = true;
    return true;
}

/* True if another member follows; false after taking the closing character. */
static bool next_member(Json *j, char closing)
{
    if (j->in.failed || j->depth == 0)
        return false;
    char c = peek_char(j);
    bool *fresh = &j->fresh[j->depth - 1];
    if (c == closing) {
        reader_skip(&j->in, 1);
        j->depth--;
        return false;
    }
    if (!*fresh) {
        if (c != ',') {
            json_fail(j, "',' or a closing bracket is missing");
            return false;
        }
        reader_skip(&j->in, 1);
        peek_char(j);
    }
    *fresh = false;
    return true;
}

bool json_enter_object(Json *j)
{
    return enter(j, JSON_OBJECT);
}

bool json_enter_array(Json *j)
{
    return enter(j, JSON_ARRAY);
}

bool json_next_item(Json *j)
{
    return next_member(j, ']') &&
           (json_peek(j) != JSON_END || (json_fail(j, "a value is missing"), false));
}

bool json_next_object(Json *j)
{
    while (json_next_item(j))
        if (json_enter_object(j))
            return true;
    return false;
}

static uint32_t take_hex4(Json *j)
{
    uint64_t unit = 0;
    if (!str_to_hex_u64(reader_take(&j->in, 4), &unit))
        json_fail(j, "bad \\u escape");
    return (uint32_t)unit;
}

/* A lone surrogate becomes U+FFFD: it has no UTF-8. */
static uint32_t take_code_point(Json *j)
{
    uint32_t c = take_hex4(j);
    if (c < 0xd800 || c > 0xdfff)
        return c;
    if (c < 0xdc00 && str_eq(reader_peek(&j->in, 2), STR("\\u"))) {
        size_t before = j->in.pos;
        reader_skip(&j->in, 2);
        uint32_t low = take_hex4(j);
        if (low >= 0xdc00 && low <= 0xdfff)
            return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        if (!j->in.failed)
            j->in.pos = before;
    }
    return 0xfffd;
}

static size_t take_escape(Json *j, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = (char)reader_u8(&j->in);
    const char *row = c ? strchr(from, c) : NULL;
    if (row) {
        out[0] = to[row - from];
        return 1;
    }
    if (c == 'u')
        return utf8_put(out, take_code_point(j));
    json_fail(j, "unknown escape");
    return 0;
}

/* Length of the escape that starts at `s` (a backslash), 0 if there is none such. */
static size_t escape_len(Str s)
{
    uint64_t unit;
    char c = str_at(s, 1);
    if (c == 'u')
        return s.len >= 6 && str_to_hex_u64(str_sub(s, 2, 6), &unit) ? 6 : 0;
    return c && strchr("\"\\/bfnrt", c) ? 2 : 0;
}

/* The string's end, found without decoding; *escapes tells whether it has to be decoded. */
static Str string_span(Json *j, bool *escapes)
{
    Str rest = str_from_pos(j->in.bytes, j->in.pos);
    *escapes = false;
    for (size_t i = 0, step; i < rest.len; i += step) {
        unsigned char c = (unsigned char)rest.ptr[i];
        if (c == '"')
            return str_head(rest, i);
        step = c == '\\' ? escape_len(str_from_pos(rest, i)) : c >= 0x20;
        if (step == 0)
            break;
        *escapes = *escapes || c == '\\';
    }
    json_fail(j, "string without an end, with a control character or an unknown escape");
    return (Str){0};
}

static Str string_decode(Json *j, Str span)
{
    size_t end = j->in.pos + span.len, fill = 0;
    char *out = arena_alloc(j->arena, span.len + 1);
    while (!j->in.failed && j->in.pos < end) {
        char c = (char)reader_u8(&j->in);
        if (c == '\\')
            fill += take_escape(j, out + fill);
        else
            out[fill++] = c;
    }
    return (Str){out, fill};
}

static Str take_string(Json *j, bool decode)
{
    bool escapes;
    reader_skip(&j->in, 1);
    Str span = string_span(j, &escapes);
    if (j->in.failed)
        return (Str){0};
    if (escapes && decode)
        span = string_decode(j, span);
    else
        reader_skip(&j->in, span.len);
    reader_skip(&j->in, 1);
    return span;
}

bool json_next_key(Json *j, Str *key)
{
    *key = (Str){0};
    if (!next_member(j, '}'))
        return false;
    if (json_peek(j) != JSON_STRING) {
        json_fail(j, "a key is missing");
        return false;
    }
    *key = take_string(j, true);
    if (peek_char(j) != ':') {
        json_fail(j, "':' is missing");
        return false;
    }
    reader_skip(&j->in, 1);
    return json_peek(j) != JSON_END || (json_fail(j, "a value is missing"), false);
}

Str json_take_str(Json *j)
{
    if (json_peek(j) == JSON_STRING)
        return take_string(j, true);
    json_skip(j);
    return (Str){0};
}

void json_take_strings(Json *j, StrVec *out)
{
    if (json_enter_array(j))
        while (json_next_item(j))
            *vec_push(j->arena, out) = json_take_str(j);
}

/* RFC 8259, section 6. */
static Str take_number_text(Json *j)
{
    Str rest = str_from_pos(j->in.bytes, j->in.pos);
    size_t i = str_at(rest, 0) == '-', digits = i;
    while (char_is_digit(str_at(rest, i)))
        i++;
    bool good = i > digits && (str_at(rest, digits) != '0' || i == digits + 1);
    if (str_at(rest, i) == '.') {
        digits = ++i;
        while (char_is_digit(str_at(rest, i)))
            i++;
        good = good && i > digits;
    }
    if (char_lower(str_at(rest, i)) == 'e') {
        i++;
        i += str_at(rest, i) == '-' || str_at(rest, i) == '+';
        digits = i;
        while (char_is_digit(str_at(rest, i)))
            i++;
        good = good && i > digits;
    }
    if (!good)
        json_fail(j, "bad number");
    else
        j->in.pos += i;
    return good ? str_head(rest, i) : (Str){0};
}

double json_take_number(Json *j, double fallback)
{
    if (json_peek(j) != JSON_NUMBER) {
        json_skip(j);
        return fallback;
    }
    double value = fallback;
    return str_to_double(take_number_text(j), &value) ? value : fallback;
}

int64_t json_take_int(Json *j, int64_t fallback)
{
    if (json_peek(j) != JSON_NUMBER) {
        json_skip(j);
        return fallback;
    }
    Str text = take_number_text(j);
    int64_t value;
    if (str_to_i64(text, &value))
        return value;
    double wide;
    if (!str_to_double(text, &wide) || !(wide > -9e15 && wide < 9e15))
        return fallback;
    value = (int64_t)wide;
    return (double)value < wide || (double)value > wide ? fallback : value;
}

static bool take_word(Json *j, Str word)
{
    if (!str_eq(reader_peek(&j->in, word.len), word)) {
        json_fail(j, "unknown word");
        return false;
    }
    reader_skip(&j->in, word.len);
    return true;
}

bool json_take_bool(Json *j, bool fallback)
{
    if (json_peek(j) != JSON_BOOL) {
        json_skip(j);
        return fallback;
    }
    if (peek_char(j) == 't')
        return take_word(j, STR("true"));
    take_word(j, STR("false"));
    return false;
}

Str json_take_raw(Json *j)
{
    peek_char(j);
    size_t from = j->in.pos;
    json_skip(j);
    return j->in.failed ? (Str){0} : str_sub(j->in.bytes, from, j->in.pos);
}

static void skip_key(Json *j)
{
    if (json_peek(j) != JSON_STRING) {
        json_fail(j, "a key is missing");
        return;
    }
    take_string(j, false);
    if (peek_char(j) != ':')
        json_fail(j, "':' is missing");
    else
        reader_skip(&j->in, 1);
}

/* Without recursion: hostile depth meets JSON_DEPTH, not the stack. */
void json_skip(Json *j)
{
    unsigned base = j->depth;
    bool object[JSON_DEPTH] = {0};
    do {
        if (j->depth > base) {
            bool inside = object[j->depth - 1];
            if (!next_member(j, inside ? '}' : ']'))
                continue;
            if (inside)
                skip_key(j);
        }
        switch (json_peek(j)) {
        case JSON_OBJECT:
        case JSON_ARRAY:
            if (j->depth < JSON_DEPTH)
                object[j->depth] = peek_char(j) == '{';
            enter(j, peek_char(j) == '{' ? JSON_OBJECT : JSON_ARRAY);
            break;
        case JSON_STRING:
            take_string(j, false);
            break;
        case JSON_NUMBER:
            take_number_text(j);
            break;
        case JSON_BOOL:
            take_word(j, peek_char(j) == 't' ? STR("true") : STR("false"));
            break;
        case JSON_NULL:
            take_word(j, STR("null"));
            break;
        case JSON_END:
            json_fail(j, "a value is missing");
            break;
        }
    } while (j->depth > base && !j->in.failed);
}

bool json_finish(Json *j, Error *err)
{
    if (!j->in.failed) {
        peek_char(j);
        if (reader_left(&j->in))
            json_fail(j, "something follows the document");
    }
    if (!j->in.failed)
        return true;
    return error_set(err, ERR_FORMAT, "not valid JSON at byte %zu: %s", j->where,
                     j->why ? j->why : "it ends early");
}
