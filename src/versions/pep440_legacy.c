/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/pep440_legacy.h"
#include "base/compiler.h"
#include "versions/text.h"

/* A version is a list of parts: runs of digits, padded to eight; words, of which some stand for
 * others; "final" at the end. Numbers are before words in the text that setuptools compared ("*" is
 * put before words, which is before digits: so a word is older). A dash is "final-", unless a word
 * before "final" follows it: then it is dropped. So are zeros before a word. */
typedef struct Part {
    enum { WORD, NUMBER } kind;
    Str text;
    bool dash;
} Part;

/* Whether what is dropped before some word is dropped: found once for all up to `until`. */
typedef struct Fate {
    size_t until;
    bool drop;
} Fate;

typedef struct Cursor {
    Str v;
    size_t pos;
    Fate zeros, dashes;
    bool ended;
} Cursor;

static const struct {
    Str word, stands_for;
} WORDS[] = {
    {STR_INIT("pre"), STR_INIT("c")},
    {STR_INIT("preview"), STR_INIT("c")},
    {STR_INIT("rc"), STR_INIT("c")},
    {STR_INIT("dev"), STR_INIT("@")},
};

static Part word_part(Str text)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (!bytes_compare_fold(text, WORDS[i].word))
            return (Part){.kind = WORD, .text = WORDS[i].stands_for};
    return (Part){.kind = WORD, .text = text};
}

static bool between_parts(char c)
{
    return !is_alnum(c) && c != '.' && c != '-';
}

/* False at the end, where the part is "final". */
static bool part_raw(Str v, size_t *i, Part *out)
{
    while (*i < v.len && v.ptr[*i] == '.')
        ++*i;
    size_t from = *i;
    *out = (Part){.kind = WORD, .text = STR("final")};
    if (from == v.len)
        return false;
    if (v.ptr[from] == '-') {
        ++*i;
        *out = (Part){.kind = WORD, .text = STR("final-"), .dash = true};
    } else if (is_digit(v.ptr[from])) {
        *out = (Part){.kind = NUMBER, .text = take_digits(v, i)};
    } else if (is_alpha(v.ptr[from])) {
        *i = alphas_end(v, from);
        *out = word_part(slice(v, from, *i));
    } else { /* what separates the others is a part of its own */
        while (*i < v.len && between_parts(v.ptr[*i]))
            ++*i;
        *out = (Part){.kind = WORD, .text = slice(v, from, *i)};
    }
    return true;
}

static bool droppable_zero(const Part *p)
{
    return p->kind == NUMBER && p->text.len <= 8 && digits_zero(p->text);
}

/* Zeros go where a word follows them. Dashes go where a word before "final" follows one of them at
 * once; the zeros between them have gone. */
static Fate judge(Str v, size_t pos, bool dashes)
{
    size_t i = pos;
    bool zero = !dashes;
    Part next;
    while (part_raw(v, &i, &next) && (droppable_zero(&next) || (dashes && next.dash)))
        zero = !next.dash;
    Fate fate = {.until = i, .drop = next.kind == WORD};
    if (dashes)
        fate.drop = fate.drop && !zero && bytes_compare_fold(next.text, STR("final")) < 0;
    return fate;
}

static Part part_next(Cursor *c)
{
    for (;;) {
        size_t from = c->pos;
        Part p;
        c->ended = !part_raw(c->v, &c->pos, &p);
        if (c->ended || (!p.dash && !droppable_zero(&p)))
            return p;
        Fate *fate = p.dash ? &c->dashes : &c->zeros;
        if (from >= fate->until)
            *fate = judge(c->v, c->pos, p.dash);
        if (!fate->drop)
            return p;
    }
}

/* Both padded with zeros on the left to eight digits, then by bytes. */
static VersionOrder padded_compare(Str a, Str b)
{
    size_t pad_a = a.len < 8 ? 8 - a.len : 0, pad_b = b.len < 8 ? 8 - b.len : 0;
    for (size_t i = 0; i < a.len + pad_a && i < b.len + pad_b; i++) {
        char x = i < pad_a ? '0' : a.ptr[i - pad_a], y = i < pad_b ? '0' : b.ptr[i - pad_b];
        if (x != y)
            return order_of(x - y);
    }
    return order_size(a.len + pad_a, b.len + pad_b);
}

VersionOrder pep440_legacy_compare(Str a, Str b)
{
    Cursor x = {.v = a}, y = {.v = b};
    for (;;) {
        Part m = part_next(&x), n = part_next(&y);
        VersionOrder order = m.kind != n.kind   ? order_of((int)m.kind - (int)n.kind)
                             : m.kind == NUMBER ? padded_compare(m.text, n.text)
                                                : bytes_compare_fold(m.text, n.text);
        if (order || x.ended || y.ended)
            return order ? order : order_of(y.ended - x.ended);
    }
}
