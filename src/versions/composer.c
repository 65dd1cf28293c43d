/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* PHP's version_compare, on which Composer stands, without the "v" that Composer takes off. Parts
 * are runs of digits or of anything else between separators. Words it does not know are before all
 * those that it knows and equal among themselves; in upper case it knows only "RC". */
enum { RANK_UNKNOWN = -1, RANK_NUMBER = 4 };

static const struct {
    Str prefix;
    int rank;
} WORDS[] = {
    {STR_INIT("dev"), 0}, {STR_INIT("a"), 1},           {STR_INIT("b"), 2}, {STR_INIT("RC"), 3},
    {STR_INIT("rc"), 3},  {STR_INIT("#"), RANK_NUMBER}, {STR_INIT("p"), 5},
};

static bool is_part(char c)
{
    return is_alnum(c) || c == '#';
}

static Str part_next(Str v, size_t *i)
{
    while (*i < v.len && !is_part(v.ptr[*i]))
        ++*i;
    size_t from = *i;
    bool number = is_digit(at(v, from));
    while (*i < v.len && is_part(v.ptr[*i]) && is_digit(v.ptr[*i]) == number)
        ++*i;
    return slice(v, from, *i);
}

static int part_rank(Str part)
{
    if (is_digit(at(part, 0)))
        return RANK_NUMBER;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_starts(part, WORDS[i].prefix))
            return WORDS[i].rank;
    return RANK_UNKNOWN;
}

/* What one has beyond the other: a number makes it newer, a word counts against a number. */
static VersionOrder rest_order(Str v, size_t i, Str part)
{
    for (; part.len; part = part_next(v, &i)) {
        int rank = part_rank(part);
        if (is_digit(part.ptr[0]) || rank != RANK_NUMBER)
            return rank >= RANK_NUMBER ? VERSION_GREATER : VERSION_LESS;
    }
    return VERSION_EQUAL;
}

static VersionOrder compare(Str a, Str b)
{
    size_t i = lower(at(a, 0)) == 'v', j = lower(at(b, 0)) == 'v';
    for (;;) {
        Str x = part_next(a, &i), y = part_next(b, &j);
        if (x.len == 0)
            return order_flip(rest_order(b, j, y));
        if (y.len == 0)
            return rest_order(a, i, x);
        bool numbers = is_digit(x.ptr[0]) && is_digit(y.ptr[0]);
        VersionOrder order = numbers ? digits_compare(x, y) : order_of(part_rank(x) - part_rank(y));
        if (order)
            return order;
    }
}

static const char *const STABILITIES[] = {"stable", "beta",  "b",  "rc", "alpha",
                                          "a",      "patch", "pl", "p"};

static bool separator(char c)
{
    return c == '.' || c == '-' || c == '_';
}

static void take_stability(Str v, size_t *i)
{
    size_t from = *i + separator(at(v, *i));
    for (size_t k = 0; k < COUNT_OF(STABILITIES); k++) {
        size_t end = from;
        if (!take_word(v, &end, STABILITIES[k]) || is_alpha(at(v, end)))
            continue;
        *i = digits_end(v, end);
        while ((at(v, *i) == '.' || at(v, *i) == '-') && is_digit(at(v, *i + 1)))
            *i = digits_end(v, *i + 1);
        if (*i == end && (at(v, end) == '.' || at(v, end) == '-') && is_digit(at(v, end + 1)))
            *i = digits_end(v, end + 1);
        return;
    }
}

static bool valid(Str v)
{
    size_t i = lower(at(v, 0)) == 'v', count = 0;
    if (str_starts_fold(v, STR("dev-")))
        return v.len > 4;
    for (; count < 4 && is_digit(at(v, i)); count++) {
        i = digits_end(v, i);
        if (count == 3 || at(v, i) != '.' || !is_digit(at(v, i + 1))) {
            count++;
            break;
        }
        i++;
    }
    take_stability(v, &i);
    size_t dev = i + (at(v, i) == '.' || at(v, i) == '-');
    if (take_word(v, &dev, "dev"))
        i = dev;
    return count > 0 && (i == v.len || (at(v, i) == '+' && i + 1 < v.len));
}

const VersionScheme version_composer = {
    .name = "composer",
    .summary = "packages of PHP",
    .spec = "https://getcomposer.org/doc/articles/versions.md",
    .compare = compare,
    .valid = valid,
};
