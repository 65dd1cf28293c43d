/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/pep440_legacy.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* What was uploaded before PEP 440 and does not parse is before everything that does. */
typedef struct Pep440 {
    Str epoch, release, pre, post, dev, local;
    int phase; /* of a pre-release: alpha 1, beta 2, candidate 3 */
    bool has_post, has_dev;
} Pep440;

typedef struct Word {
    const char *word;
    int phase;
} Word;

/* A word that begins another stands after it. */
static const Word PRE[] = {{"alpha", 1},   {"a", 1},   {"beta", 2}, {"b", 2},
                           {"preview", 3}, {"pre", 3}, {"c", 3},    {"rc", 3}};
static const Word POST[] = {{"post", 1}, {"rev", 1}, {"r", 1}};
static const Word DEV[] = {{"dev", 1}};

static bool separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

/* [sep] word [sep] [number]; 0 if there is no such word, and then nothing is taken. */
static int take_segment(Str v, size_t *i, const Word *words, size_t count, Str *number)
{
    for (size_t k = 0; k < count; k++) {
        size_t end = *i + separator(at(v, *i));
        if (!take_word(v, &end, words[k].word))
            continue;
        *i = end + separator(at(v, end));
        *number = take_digits(v, i);
        return words[k].phase;
    }
    return 0;
}

static void take_post(Str v, size_t *i, Pep440 *out)
{
    if (at(v, *i) == '-' && is_digit(at(v, *i + 1))) {
        ++*i;
        out->post = take_digits(v, i);
        out->has_post = true;
    } else {
        out->has_post = take_segment(v, i, POST, COUNT_OF(POST), &out->post) != 0;
    }
}

static bool take_local(Str v, size_t *i, Str *out)
{
    if (at(v, *i) != '+')
        return true;
    size_t from = ++*i;
    for (;; ++*i) {
        size_t end = alnums_end(v, *i);
        if (end == *i)
            return false;
        *i = end;
        if (!separator(at(v, end)))
            break;
    }
    *out = slice(v, from, *i);
    return true;
}

static bool parse(Str v, Pep440 *out)
{
    size_t i = lower(at(v, 0)) == 'v', from = i;
    *out = (Pep440){0};
    i = digits_end(v, i);
    if (at(v, i) == '!' && i > from) {
        out->epoch = slice(v, from, i);
        from = ++i;
        i = digits_end(v, i);
    }
    if (i == from)
        return false;
    while (at(v, i) == '.' && is_digit(at(v, i + 1)))
        i = digits_end(v, i + 1);
    out->release = slice(v, from, i);
    out->phase = take_segment(v, &i, PRE, COUNT_OF(PRE), &out->pre);
    take_post(v, &i, out);
    out->has_dev = take_segment(v, &i, DEV, COUNT_OF(DEV), &out->dev) != 0;
    return take_local(v, &i, &out->local) && i == v.len;
}

/* 1.0.dev1 is before 1.0a1, but 1.0a1.dev1 and 1.0.post1.dev1 stay where they are. */
static int phase_rank(const Pep440 *v)
{
    if (v->phase)
        return v->phase;
    return v->has_dev && !v->has_post ? 0 : 4;
}

static VersionOrder local_compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        size_t m = alnums_end(a, i), n = alnums_end(b, j);
        Str x = slice(a, i, m), y = slice(b, j, n);
        bool p = all_digits(x), q = all_digits(y);
        VersionOrder order = p && q   ? digits_compare(x, y)
                             : p || q ? order_of(p - q)
                                      : bytes_compare_fold(x, y);
        if (order)
            return order;
        i = m + 1;
        j = n + 1;
    }
    return order_size(i < a.len, j < b.len);
}

static VersionOrder parsed_compare(const Pep440 *a, const Pep440 *b)
{
    VersionOrder order = digits_compare(a->epoch, b->epoch);
    if (!order)
        order = numbers_compare(a->release, b->release);
    if (!order)
        order = order_of(phase_rank(a) - phase_rank(b));
    if (!order)
        order = digits_compare(a->pre, b->pre);
    if (!order)
        order = order_of(a->has_post - b->has_post);
    if (!order)
        order = digits_compare(a->post, b->post);
    if (!order)
        order = order_of(b->has_dev - a->has_dev);
    if (!order)
        order = digits_compare(a->dev, b->dev);
    return order ? order : local_compare(a->local, b->local);
}

static VersionOrder compare(Str a, Str b)
{
    Pep440 x, y;
    bool m = parse(a, &x), n = parse(b, &y);
    if (m && n)
        return parsed_compare(&x, &y);
    return m || n ? order_of(m - n) : pep440_legacy_compare(a, b);
}

static bool valid(Str v)
{
    Pep440 parsed;
    return parse(v, &parsed);
}

const VersionScheme version_pep440 = {
    .name = "pep440",
    .summary = "packages of Python",
    .spec = "https://packaging.python.org/specifications/version-specifiers/",
    .compare = compare,
    .valid = valid,
};
