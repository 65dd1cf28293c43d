/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* For what has no scheme of its own (programs found by their bytes): numbers by value, words by
 * their letters, separators do not count. A word of a pre-release is before the end, any other word
 * after it (OpenSSL's 1.0.2u), a number last. */
typedef enum Kind { PRE, END, WORD, NUMBER } Kind;

typedef struct Segment {
    Kind kind;
    Str text;
    int rank; /* among pre-releases */
} Segment;

static const struct {
    const char *word;
    int rank;
} PRE_WORDS[] = {
    {"dev", 0}, {"snapshot", 0}, {"alpha", 1},     {"a", 1},       {"beta", 2},
    {"b", 2},   {"pre", 3},      {"milestone", 3}, {"preview", 3}, {"rc", 4},
};

/* A single letter is one only before a digit: 1.0b2, but not 1.0b. */
static Segment word_segment(Str text, bool digit_follows)
{
    for (size_t k = 0; k < COUNT_OF(PRE_WORDS); k++) {
        size_t i = 0;
        if ((text.len > 1 || digit_follows) && take_word(text, &i, PRE_WORDS[k].word) &&
            i == text.len)
            return (Segment){.kind = PRE, .text = text, .rank = PRE_WORDS[k].rank};
    }
    return (Segment){.kind = WORD, .text = text};
}

static Segment segment_next(Str v, size_t *i)
{
    while (*i < v.len && !is_alnum(v.ptr[*i]) && (unsigned char)v.ptr[*i] < 0x80)
        ++*i;
    size_t from = *i;
    if (from == v.len)
        return (Segment){.kind = END};
    if (is_digit(v.ptr[from]))
        return (Segment){.kind = NUMBER, .text = take_digits(v, i)};
    while (*i < v.len && (is_alpha(v.ptr[*i]) || (unsigned char)v.ptr[*i] >= 0x80))
        ++*i;
    return word_segment(slice(v, from, *i), is_digit(at(v, *i)));
}

static VersionOrder segment_compare(const Segment *a, const Segment *b)
{
    if (a->kind != b->kind)
        return order_of((int)a->kind - (int)b->kind);
    switch (a->kind) {
    case PRE:
        return order_of(a->rank - b->rank);
    case WORD:
        return bytes_compare_fold(a->text, b->text);
    case NUMBER:
        return digits_compare(a->text, b->text);
    case END:
        break;
    }
    return VERSION_EQUAL;
}

static size_t skip_v(Str v)
{
    return lower(at(v, 0)) == 'v' && is_digit(at(v, 1)) ? 1 : 0;
}

static VersionOrder compare(Str a, Str b)
{
    size_t i = skip_v(a), j = skip_v(b);
    for (;;) {
        Segment x = segment_next(a, &i), y = segment_next(b, &j);
        VersionOrder order = segment_compare(&x, &y);
        if (order || x.kind == END)
            return order;
    }
}

static bool valid(Str v)
{
    size_t i = skip_v(v);
    return is_digit(at(v, i));
}

const VersionScheme version_plain = {
    .name = "plain",
    .summary = "numbers and words, for what has no scheme of its own",
    .spec = "https://repology.org/docs/versions",
    .compare = compare,
    .valid = valid,
};
