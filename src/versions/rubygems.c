/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/schemes.h"
#include "versions/text.h"

/* Segments are runs of digits or letters, nothing else counts; a dash begins a pre-release ("1-x"
 * is "1.pre.x"); zeros directly before the first word do not count, nor at the end. */
typedef struct Cursor {
    Str v;
    size_t pos;
    size_t zeros_from, zeros_to; /* those before the first word */
    bool owes_pre;               /* a dash was passed */
} Cursor;

typedef struct Segment {
    enum { NONE, WORD, NUMBER } kind;
    Str text;
} Segment;

static Segment segment_raw(Cursor *c)
{
    Str v = c->v;
    while (c->pos < v.len && !is_alnum(v.ptr[c->pos]) && !c->owes_pre)
        c->owes_pre = v.ptr[c->pos++] == '-';
    if (c->owes_pre) {
        c->owes_pre = false;
        return (Segment){.kind = WORD, .text = STR("pre")};
    }
    size_t from = c->pos;
    if (from == v.len)
        return (Segment){.kind = NONE};
    bool number = is_digit(v.ptr[from]);
    c->pos = number ? digits_end(v, from) : alphas_end(v, from);
    return (Segment){.kind = number ? NUMBER : WORD, .text = slice(v, from, c->pos)};
}

static Cursor cursor_of(Str v)
{
    Cursor probe = {.v = v}, out = {.v = v};
    bool zeros = false;
    for (;;) {
        size_t from = probe.pos;
        Segment s = segment_raw(&probe);
        bool zero = s.kind == NUMBER && digits_zero(s.text);
        if (s.kind != NUMBER) {
            out.zeros_to = zeros ? from : 0;
            return out;
        }
        if (zero && !zeros)
            out.zeros_from = from;
        zeros = zero;
    }
}

static Segment segment_next(Cursor *c)
{
    if (c->zeros_to && c->pos == c->zeros_from)
        c->pos = c->zeros_to;
    return segment_raw(c);
}

static VersionOrder compare(Str a, Str b)
{
    Cursor x = cursor_of(a), y = cursor_of(b);
    for (;;) {
        Segment m = segment_next(&x), n = segment_next(&y);
        if (m.kind == NONE && n.kind == NONE)
            return VERSION_EQUAL;
        bool words = m.kind == WORD && n.kind == WORD;
        if (!words && (m.kind == WORD || n.kind == WORD))
            return m.kind == WORD ? VERSION_LESS : VERSION_GREATER;
        VersionOrder order = words ? bytes_compare(m.text, n.text) : digits_compare(m.text, n.text);
        if (order)
            return order;
    }
}

static bool valid(Str v)
{
    size_t i = digits_end(v, 0);
    if (i == 0)
        return false;
    while (at(v, i) == '.') {
        size_t end = alnums_end(v, i + 1);
        if (end == i + 1)
            return false;
        i = end;
    }
    if (at(v, i) != '-')
        return i == v.len;
    for (bool empty = true; ++i <= v.len; empty = i < v.len && v.ptr[i] == '.') {
        if (i == v.len || (v.ptr[i] == '.' && empty))
            return i == v.len && !empty;
        if (!is_alnum(v.ptr[i]) && v.ptr[i] != '-' && v.ptr[i] != '.')
            return false;
    }
    return false;
}

const VersionScheme version_rubygems = {
    .name = "rubygems",
    .summary = "packages of Ruby",
    .spec = "https://docs.ruby-lang.org/en/master/Gem/Version.html",
    .compare = compare,
    .valid = valid,
};
