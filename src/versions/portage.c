/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "versions/schemes.h"
#include "versions/text.h"

/* number{.number}...{letter}{_suffix{number}}...{-r#}, by the algorithms of PMS 3.3. What follows
 * and does not fit is compared last, as plain versions. */
enum { SUFFIX_END = 4 };
static const Str SUFFIXES[] = {
    STR_INIT("alpha"), STR_INIT("beta"), STR_INIT("pre"),
    STR_INIT("rc"),    STR_INIT(""),     STR_INIT("p"),
};

static Str without_trailing_zeros(Str s)
{
    while (s.len && s.ptr[s.len - 1] == '0')
        s.len--;
    return s;
}

/* With a leading zero a number is a fraction. */
static VersionOrder number_compare(Str a, Str b, bool first)
{
    if (!first && (at(a, 0) == '0' || at(b, 0) == '0'))
        return bytes_compare(without_trailing_zeros(a), without_trailing_zeros(b));
    return digits_compare(a, b);
}

static bool more_numbers(Str v, size_t i)
{
    return at(v, i) == '.' && is_digit(at(v, i + 1));
}

static VersionOrder components_compare(Str a, size_t *i, Str b, size_t *j)
{
    for (bool first = true;; first = false) {
        Str x = take_digits(a, i), y = take_digits(b, j);
        VersionOrder order = number_compare(x, y, first);
        bool m = more_numbers(a, *i), n = more_numbers(b, *j);
        if (order || m != n)
            return order ? order : order_of(m - n);
        if (!m)
            return VERSION_EQUAL;
        ++*i;
        ++*j;
    }
}

static char take_letter(Str v, size_t *i)
{
    bool letter = is_alpha(at(v, *i)) && !is_alpha(at(v, *i + 1));
    return letter ? lower(at(v, (*i)++)) : '\0';
}

static int take_suffix(Str v, size_t *i, Str *number)
{
    *number = (Str){0};
    if (at(v, *i) != '_')
        return SUFFIX_END;
    size_t end = alphas_end(v, *i + 1);
    Str word = slice(v, *i + 1, end);
    for (size_t k = 0; word.len && k < COUNT_OF(SUFFIXES); k++)
        if (str_eq(word, SUFFIXES[k])) {
            *i = end;
            *number = take_digits(v, i);
            return (int)k;
        }
    return SUFFIX_END;
}

static VersionOrder suffixes_compare(Str a, size_t *i, Str b, size_t *j)
{
    for (;;) {
        Str m, n;
        int x = take_suffix(a, i, &m), y = take_suffix(b, j, &n);
        VersionOrder order = order_of(x - y);
        if (!order)
            order = digits_compare(m, n);
        if (order || x == SUFFIX_END)
            return order;
    }
}

static Str take_revision(Str v, size_t *i)
{
    if (at(v, *i) != '-' || at(v, *i + 1) != 'r' || !is_digit(at(v, *i + 2)))
        return (Str){0};
    *i += 2;
    return take_digits(v, i);
}

static VersionOrder compare(Str a, Str b)
{
    size_t i = 0, j = 0;
    VersionOrder order = components_compare(a, &i, b, &j);
    if (!order) {
        char x = take_letter(a, &i), y = take_letter(b, &j);
        order = order_of(x - y);
    }
    if (!order)
        order = suffixes_compare(a, &i, b, &j);
    if (!order) {
        Str x = take_revision(a, &i), y = take_revision(b, &j);
        order = digits_compare(x, y);
    }
    return order ? order : version_plain.compare(tail(a, i), tail(b, j));
}

static bool valid(Str v)
{
    size_t i = 0;
    Str number;
    if (take_digits(v, &i).len == 0)
        return false;
    while (more_numbers(v, i))
        i = digits_end(v, i + 1);
    i += at(v, i) >= 'a' && at(v, i) <= 'z';
    while (take_suffix(v, &i, &number) != SUFFIX_END)
        continue;
    take_revision(v, &i);
    return i == v.len;
}

const VersionScheme version_portage = {
    .name = "portage",
    .summary = "Gentoo",
    .spec = "https://projects.gentoo.org/pms/8/pms.html#x1-270003.3",
    .compare = compare,
    .valid = valid,
};
