/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* number{.number}...{letter}{_suffix{number}}...{~hash}{-r#}
 *
 * Two versions are read part by part. At the first place where the kinds of part differ, the kind
 * decides: a pre-release suffix is older than anything, then what is not valid, then the end, and
 * after it the rest in the order of the grammar, backwards. Older releases of apk took more than
 * the grammar allows (empty numbers, "-r" without a number), which is kept here. */
typedef enum Kind {
    BEFORE, /* a suffix of a pre-release; only as a rank */
    INVALID,
    END,
    REVISION,
    HASH,
    SUFFIX_NUMBER,
    SUFFIX,
    LETTER,
    NUMBER,
    FIRST_NUMBER,
} Kind;

typedef struct Part {
    Kind kind;
    Str text;
    int suffix;
} Part;

enum { SUFFIX_NONE = 4 };
static const Str SUFFIXES[] = {
    STR_INIT("alpha"), STR_INIT("beta"), STR_INIT("pre"), STR_INIT("rc"), STR_INIT(""),
    STR_INIT("cvs"),   STR_INIT("svn"),  STR_INIT("git"), STR_INIT("hg"), STR_INIT("p"),
};

static size_t hex_end(Str v, size_t i)
{
    while (is_digit(at(v, i)) || (lower(at(v, i)) >= 'a' && lower(at(v, i)) <= 'f'))
        i++;
    return i;
}

static size_t lower_end(Str v, size_t i)
{
    while (at(v, i) >= 'a' && at(v, i) <= 'z')
        i++;
    return i;
}

static Part part_invalid(Str v, size_t *i)
{
    Part p = {.kind = INVALID, .text = tail(v, *i)};
    *i = v.len;
    return p;
}

static Part part_suffix(Str v, size_t *i)
{
    size_t end = lower_end(v, *i + 1);
    Str word = slice(v, *i + 1, end);
    for (size_t k = 0; word.len && k < COUNT_OF(SUFFIXES); k++)
        if (str_eq(word, SUFFIXES[k])) {
            *i = end;
            return (Part){.kind = SUFFIX, .text = word, .suffix = (int)k};
        }
    return part_invalid(v, i);
}

static Part part_dotted(Str v, size_t *i, bool dot)
{
    char after = at(v, *i + dot);
    if (dot && !is_digit(after) && after != '.') /* "1.r2" is older than "1r2" */
        return part_invalid(v, i);
    *i += dot;
    return (Part){.kind = NUMBER, .text = take_digits(v, i)};
}

static Part part_next(Str v, size_t *i, Kind before)
{
    char c = at(v, *i);
    size_t from = *i;
    if (from == v.len)
        return (Part){.kind = END};
    if (before >= NUMBER && (c == '.' || is_digit(c)))
        return part_dotted(v, i, c == '.');
    if (before >= NUMBER && c >= 'a' && c <= 'z')
        return (Part){.kind = LETTER, .text = slice(v, from, ++*i)};
    if (before == SUFFIX && is_digit(c))
        return (Part){.kind = SUFFIX_NUMBER, .text = take_digits(v, i)};
    if (before >= SUFFIX_NUMBER && c == '_')
        return part_suffix(v, i);
    if (before >= SUFFIX_NUMBER && c == '~' && hex_end(v, from + 1) > from + 1) {
        *i = hex_end(v, from + 1);
        return (Part){.kind = HASH, .text = slice(v, from + 1, *i)};
    }
    if (before >= HASH && c == '-' && at(v, from + 1) == 'r' && !is_alpha(at(v, from + 2))) {
        *i += 2;
        return (Part){.kind = REVISION, .text = take_digits(v, i)};
    }
    return part_invalid(v, i);
}

static Part part_first(Str v, size_t *i)
{
    return (Part){.kind = FIRST_NUMBER, .text = take_digits(v, i)};
}

/* After the first, a number with a leading zero is a fraction: 8.2.0015 is before 8.2.002. */
static VersionOrder number_compare(Str a, Str b)
{
    bool fraction = at(a, 0) == '0' || at(b, 0) == '0';
    return fraction && a.len && b.len ? bytes_compare(a, b) : digits_compare(a, b);
}

/* What is not valid is still ordered, "6.6.2p1" before "6.6.2p2"; but nothing after a dash counts.
 */
static VersionOrder invalid_compare(Str a, Str b)
{
    bool x = at(a, 0) == '-', y = at(b, 0) == '-';
    if (x || y)
        return order_of(y - x);
    return version_plain.compare(a, b);
}

static VersionOrder part_compare(const Part *a, const Part *b)
{
    switch (a->kind) {
    case NUMBER:
        return number_compare(a->text, b->text);
    case SUFFIX:
        return order_of(a->suffix - b->suffix);
    case FIRST_NUMBER:
    case SUFFIX_NUMBER:
    case REVISION:
        return digits_compare(a->text, b->text);
    case LETTER:
    case HASH:
        return bytes_compare(a->text, b->text);
    case BEFORE:
    case INVALID:
    case END:
        break;
    }
    return VERSION_EQUAL;
}

static int part_rank(const Part *p)
{
    return p->kind == SUFFIX && p->suffix < SUFFIX_NONE ? BEFORE : (int)p->kind;
}

static VersionOrder compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    Part x = part_first(a, &i), y = part_first(b, &j);
    while (x.kind == y.kind && x.kind > END) {
        VersionOrder order = part_compare(&x, &y);
        if (order)
            return order;
        x = part_next(a, &i, x.kind);
        y = part_next(b, &j, y.kind);
    }
    if (x.kind != y.kind)
        return order_of(part_rank(&x) - part_rank(&y));
    return x.kind == INVALID ? invalid_compare(x.text, y.text) : VERSION_EQUAL;
}

static bool valid(Str v)
{
    size_t i = 0;
    Part p = part_first(v, &i);
    while (p.kind > END) {
        bool number = p.kind >= NUMBER || p.kind == SUFFIX_NUMBER || p.kind == REVISION;
        if (number && p.text.len == 0)
            return false;
        p = part_next(v, &i, p.kind);
    }
    return p.kind == END;
}

const VersionScheme version_apk = {
    .name = "apk",
    .summary = "Alpine and its kin",
    .spec = "https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd",
    .compare = compare,
    .valid = valid,
};
