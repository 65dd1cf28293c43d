/* SPDX-License-Identifier: Apache-2.0 */
#include "base/toml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"
#include "base/toml_scalar.h"

/* How a table or an array came to be decides who may still add to it (TOML 1.0, "Table"). */
enum Origin {
    IMPLICIT, /* the parent of a header; a header of its own may follow */
    HEADER,   /* [x]: its keys follow the header, once */
    DOTTED,   /* x.y = 1: other dotted keys of the same table may add to it */
    TABLES,   /* [[x]] */
    CLOSED,   /* { } or [ ]: nobody may */
};

typedef struct Toml {
    Reader in;
    Arena *arena;
    Error *err;
    unsigned line, depth;
    bool failed;
} Toml;

PRINTF_LIKE(2, 3) static bool fail(Toml *t, const char *format, ...)
{
    char why[200];
    va_list args;
    if (t->failed)
        return false;
    t->failed = true;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return error_set(t->err, ERR_USAGE, "line %u: %s", t->line, why);
}

static char peek_at(const Toml *t, size_t ahead)
{
    return str_at(t->in.bytes, t->in.pos + ahead);
}

static char peek(const Toml *t)
{
    return peek_at(t, 0);
}

static bool at_end(const Toml *t)
{
    return reader_left(&t->in) == 0;
}

static bool looking_at(const Toml *t, Str word)
{
    return str_eq(reader_peek(&t->in, word.len), word);
}

static bool accept(Toml *t, Str word)
{
    if (!looking_at(t, word))
        return false;
    reader_skip(&t->in, word.len);
    return true;
}

static bool accept_newline(Toml *t)
{
    if (!accept(t, STR("\n")) && !accept(t, STR("\r\n")))
        return false;
    t->line++;
    return true;
}

static void skip_blanks(Toml *t)
{
    while (peek(t) == ' ' || peek(t) == '\t')
        reader_skip(&t->in, 1);
}

static bool is_control(char c)
{
    unsigned char u = (unsigned char)c;
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

static void skip_comment(Toml *t)
{
    if (peek(t) != '#')
        return;
    while (!at_end(t) && !looking_at(t, STR("\n")) && !looking_at(t, STR("\r\n"))) {
        if (is_control(peek(t))) {
            fail(t, "a control character in a comment");
            return;
        }
        reader_skip(&t->in, 1);
    }
}

/* Blanks, comments and line ends, as between the items of an array. */
static void skip_space(Toml *t)
{
    do {
        skip_blanks(t);
        skip_comment(t);
    } while (!t->failed && accept_newline(t));
}

static void take_line_end(Toml *t)
{
    skip_blanks(t);
    skip_comment(t);
    if (!t->failed && !at_end(t) && !accept_newline(t))
        fail(t, "something follows where the line should end");
}

/* ---- strings ---- */

/* After the backslash. */
static size_t take_escape(Toml *t, char *out)
{
    static const char from[] = "\"\\btnfr", to[] = "\"\\\b\t\n\f\r";
    char c = (char)reader_u8(&t->in);
    const char *row = c ? strchr(from, c) : NULL;
    if (row) {
        out[0] = to[row - from];
        return 1;
    }
    uint64_t point = 0;
    size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0 || !str_to_hex_u64(reader_take(&t->in, digits), &point)) {
        fail(t, "unknown escape in a string");
        return 0;
    }
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
        fail(t, "an escape names no Unicode character");
        return 0;
    }
    return utf8_put(out, (uint32_t)point);
}

/* A backslash that ends a line takes the white space that follows with it. */
static bool accept_line_continuation(Toml *t)
{
    size_t blanks = 1;
    while (peek_at(t, blanks) == ' ' || peek_at(t, blanks) == '\t')
        blanks++;
    if (peek_at(t, blanks) != '\n' &&
        !(peek_at(t, blanks) == '\r' && peek_at(t, blanks + 1) == '\n'))
        return false;
    reader_skip(&t->in, blanks);
    do
        skip_blanks(t);
    while (accept_newline(t));
    return true;
}

/* The length of the string up to its closing quotes, so that its copy is of the right size. */
static bool span_string(Toml *t, Str quote, bool escapes, size_t *out)
{
    Str rest = str_from_pos(t->in.bytes, t->in.pos);
    bool lines = quote.len == 3;
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        if (str_starts(str_from_pos(rest, i), quote)) {
            /* up to two quotes may stand before the closing three */
            for (int extra = 0; lines && extra < 2 && str_at(rest, i + 3) == quote.ptr[0]; extra++)
                i++;
            *out = i;
            return true;
        }
        if (c == '\\' && escapes)
            i++;
        else if (is_control(c) &&
                 !(lines && (c == '\n' || (c == '\r' && str_at(rest, i + 1) == '\n'))))
            return fail(t, "a string without an end or with a control character");
    }
    return fail(t, "a string without an end");
}

static Str take_string(Toml *t)
{
    bool escapes = peek(t) == '"';
    Str quote = looking_at(t, STR("\"\"\"")) ? STR("\"\"\"")
                : looking_at(t, STR("'''"))  ? STR("'''")
                : escapes                    ? STR("\"")
                                             : STR("'");
    reader_skip(&t->in, quote.len);
    if (quote.len == 3)
        accept_newline(t);
    size_t span = 0;
    if (!span_string(t, quote, escapes, &span))
        return (Str){0};
    Str raw = reader_peek(&t->in, span);
    size_t end = t->in.pos + span, fill = 0;
    bool copy = escapes && str_find_char(raw, '\\') != STR_NONE;
    char *out = copy ? arena_alloc(t->arena, span + 1) : NULL;
    while (!t->failed && t->in.pos < end) {
        if (copy && peek(t) == '\\') {
            if (quote.len == 3 && accept_line_continuation(t))
                continue;
            reader_skip(&t->in, 1);
            fill += take_escape(t, out + fill);
            continue;
        }
        char c = (char)reader_u8(&t->in);
        t->line += c == '\n';
        if (copy)
            out[fill++] = c;
    }
    reader_skip(&t->in, quote.len);
    return copy ? (Str){out, fill} : raw;
}

/* ---- numbers, dates, words ---- */

static bool is_bare(char c)
{
    return char_is_alnum(c) || c == '_' || c == '-';
}

/* The run of characters that a number, date or word may have. One blank may part date and time. */
static Str take_token(Toml *t)
{
    Str rest = str_from_pos(t->in.bytes, t->in.pos);
    TomlValue date;
    size_t i = 0;
    while (is_bare(str_at(rest, i)) || str_at(rest, i) == '+' || str_at(rest, i) == '.' ||
           str_at(rest, i) == ':')
        i++;
    if (i == 10 && str_at(rest, 10) == ' ' && char_is_digit(str_at(rest, 11)) &&
        toml_scalar(str_head(rest, 10), &date) && date.kind == TOML_DATE) {
        i++;
        while (char_is_alnum(str_at(rest, i)) || (str_at(rest, i) && strchr("+-.:", rest.ptr[i])))
            i++;
    }
    reader_skip(&t->in, i);
    return str_head(rest, i);
}

static bool take_scalar(Toml *t, TomlValue *value)
{
    Str text = take_token(t);
    if (toml_scalar(text, value))
        return true;
    return fail(t, "not a value: '" STR_FMT "'", STR_ARG(str_head(text, 60)));
}

/* ---- the tree ---- */

static TomlValue *value_new(Toml *t, TomlKind kind, unsigned char origin)
{
    TomlValue *value = arena_new(t->arena, TomlValue);
    value->kind = kind;
    value->origin = origin;
    value->line = t->line;
    return value;
}

static void append(TomlValue *parent, TomlValue *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static TomlValue *member_find(const TomlValue *table, Str key)
{
    return table->members ? map_find(table->members, key) : NULL;
}

static void member_add(Toml *t, TomlValue *table, Str key, TomlValue *value)
{
    if (!table->members) {
        table->members = arena_new(t->arena, Map);
        map_init(table->members, t->arena);
    }
    value->key = key;
    *map_get(table->members, key) = value;
    append(table, value);
}

static bool take_key(Toml *t, Str *key)
{
    if (peek(t) == '"' || peek(t) == '\'') {
        if (looking_at(t, STR("\"\"\"")) || looking_at(t, STR("'''")))
            return fail(t, "a key cannot be a multi-line string");
        *key = take_string(t);
        return !t->failed;
    }
    size_t len = 0;
    while (is_bare(peek_at(t, len)))
        len++;
    *key = reader_take(&t->in, len);
    return len > 0 || fail(t, "a key is missing");
}

/* The table that the next part of a dotted key or a header stands in. */
static TomlValue *step_into(Toml *t, TomlValue *table, Str key, unsigned char origin)
{
    TomlValue *child = member_find(table, key);
    if (!child) {
        child = value_new(t, TOML_TABLE, origin);
        member_add(t, table, key, child);
        return child;
    }
    if (origin == IMPLICIT && child->origin == TABLES)
        return child->last;
    if (child->kind == TOML_TABLE && child->origin != CLOSED &&
        (origin == IMPLICIT || child->origin == DOTTED))
        return child;
    fail(t, "'" STR_FMT "' is already defined (line %u)", STR_ARG(str_head(key, 60)), child->line);
    return NULL;
}

/* A dotted key: *table becomes the table of its last part, *key that part. */
static bool take_dotted(Toml *t, TomlValue **table, Str *key, unsigned char origin)
{
    skip_blanks(t);
    if (!take_key(t, key))
        return false;
    skip_blanks(t);
    for (unsigned depth = 1; accept(t, STR(".")); depth++) {
        if (depth == TOML_DEPTH)
            return fail(t, "nested too deep");
        *table = step_into(t, *table, *key, origin);
        skip_blanks(t);
        if (!*table || !take_key(t, key))
            return false;
        skip_blanks(t);
    }
    return true;
}

static TomlValue *take_value(Toml *t);

static bool take_pair(Toml *t, TomlValue *table)
{
    Str key;
    if (!take_dotted(t, &table, &key, DOTTED))
        return false;
    const TomlValue *other = member_find(table, key);
    if (other)
        return fail(t, "'" STR_FMT "' is already defined (line %u)", STR_ARG(str_head(key, 60)),
                    other->line);
    if (!accept(t, STR("=")))
        return fail(t, "'=' is missing");
    skip_blanks(t);
    TomlValue *value = take_value(t);
    if (value)
        member_add(t, table, key, value);
    return value;
}

static void take_array(Toml *t, TomlValue *array)
{
    for (skip_space(t); !t->failed && !accept(t, STR("]")); skip_space(t)) {
        TomlValue *item = take_value(t);
        if (!item)
            return;
        append(array, item);
        skip_space(t);
        if (!accept(t, STR(",")) && peek(t) != ']')
            fail(t, "',' or ']' is missing");
    }
}

static void close_all(TomlValue *table)
{
    table->origin = CLOSED;
    for (size_t i = 0; table->members && i < map_len(table->members); i++) {
        TomlValue *child = table->members->entries.at[i].value;
        if (child->origin == DOTTED)
            close_all(child);
    }
}

/* All on one line, without a comma after the last (TOML 1.0). */
static void take_inline_table(Toml *t, TomlValue *table)
{
    skip_blanks(t);
    if (!accept(t, STR("}"))) {
        do {
            if (!take_pair(t, table))
                return;
            skip_blanks(t);
        } while (accept(t, STR(",")));
        if (!accept(t, STR("}")))
            fail(t, "',' or '}' is missing");
    }
    close_all(table);
}

static TomlValue *take_value(Toml *t)
{
    TomlValue *value = value_new(t, TOML_STRING, CLOSED);
    if (++t->depth > TOML_DEPTH) {
        fail(t, "nested too deep");
    } else if (peek(t) == '"' || peek(t) == '\'') {
        value->string = take_string(t);
    } else if (accept(t, STR("["))) {
        value->kind = TOML_ARRAY;
        take_array(t, value);
    } else if (accept(t, STR("{"))) {
        value->kind = TOML_TABLE;
        value->origin = DOTTED;
        take_inline_table(t, value);
    } else {
        take_scalar(t, value);
    }
    t->depth--;
    return t->failed ? NULL : value;
}

/* [x.y] and [[x.y]]: the table whose keys follow. */
static TomlValue *take_header(Toml *t, TomlValue *root)
{
    bool many = accept(t, STR("[[")) || (reader_skip(&t->in, 1), false);
    TomlValue *table = root;
    Str key;
    if (!take_dotted(t, &table, &key, IMPLICIT))
        return NULL;
    if (!accept(t, many ? STR("]]") : STR("]"))) {
        fail(t, "']' is missing");
        return NULL;
    }
    TomlValue *found = member_find(table, key);
    if (found && !(many ? found->origin == TABLES
                        : found->kind == TOML_TABLE && found->origin == IMPLICIT)) {
        fail(t, "'" STR_FMT "' is already defined (line %u)", STR_ARG(str_head(key, 60)),
             found->line);
        return NULL;
    }
    if (!found) {
        found = value_new(t, many ? TOML_ARRAY : TOML_TABLE, many ? TABLES : HEADER);
        member_add(t, table, key, found);
    }
    if (many) {
        append(found, value_new(t, TOML_TABLE, HEADER));
        return found->last;
    }
    found->origin = HEADER;
    found->line = t->line;
    return found;
}

bool toml_parse(Str text, Arena *arena, const TomlValue **out, Error *err)
{
    Toml t = {.in = reader_of(text), .arena = arena, .err = err, .line = 1};
    if (text.len > TOML_LIMIT)
        return error_set(err, ERR_LIMIT, "larger than %d bytes", TOML_LIMIT);
    if (!str_is_utf8(text))
        return error_set(err, ERR_USAGE, "not UTF-8 text");
    accept(&t, STR("\xef\xbb\xbf"));
    TomlValue *root = value_new(&t, TOML_TABLE, HEADER), *table = root;
    for (skip_space(&t); !t.failed && !at_end(&t); skip_space(&t)) {
        if (peek(&t) == '[')
            table = take_header(&t, root);
        else
            take_pair(&t, table);
        if (!t.failed)
            take_line_end(&t);
    }
    *out = root;
    return !t.failed;
}

const TomlValue *toml_find(const TomlValue *table, Str key)
{
    return table && table->kind == TOML_TABLE ? member_find(table, key) : NULL;
}

Str toml_kind_name(TomlKind kind)
{
    static const Str names[] = {
        [TOML_STRING] = STR_INIT("a string"), [TOML_INTEGER] = STR_INIT("an integer"),
        [TOML_FLOAT] = STR_INIT("a number"),  [TOML_BOOLEAN] = STR_INIT("true or false"),
        [TOML_DATE] = STR_INIT("a date"),     [TOML_ARRAY] = STR_INIT("an array"),
        [TOML_TABLE] = STR_INIT("a table"),
    };
    return names[kind];
}
