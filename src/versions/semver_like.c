/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/semver_like.h"
#include "versions/text.h"

Semver semver_parse(Str v)
{
    Semver out = {0};
    size_t from = 0;
    while (at(v, from) == '=' || lower(at(v, from)) == 'v' || is_space(at(v, from)))
        from++;
    size_t i = digits_end(v, from);
    while (i > from && at(v, i) == '.' && is_digit(at(v, i + 1)))
        i = digits_end(v, i + 1);
    out.numbers = slice(v, from, i);
    size_t plus = i;
    while (plus < v.len && v.ptr[plus] != '+')
        plus++;
    out.pre = slice(
        v, at(v, i) == '-' && (is_alnum(at(v, i + 1)) || at(v, i + 1) == '-') ? i + 1 : i, plus);
    out.build = plus < v.len ? tail(v, plus + 1) : (Str){0};
    return out;
}

/* "-3", "-3.57.3", "-8-g21a2" or, after a pre-release, "-rc1-3". */
static void take_revision(Semver *v)
{
    size_t i = v->pre.len;
    if (is_digit(at(v->pre, 0))) {
        i = 0;
    } else {
        while (i > 0 && is_digit(v->pre.ptr[i - 1]))
            i--;
        if (i == v->pre.len || i == 0 || v->pre.ptr[i - 1] != '-')
            return;
    }
    v->revision = tail(v->pre, i);
    v->pre = slice(v->pre, 0, i > 0 ? i - 1 : 0);
}

static Str identifier_next(Str s, size_t *i)
{
    size_t from = *i;
    while (*i < s.len && s.ptr[*i] != '.')
        ++*i;
    Str identifier = slice(s, from, *i);
    ++*i;
    return identifier;
}

/* Numbers by value and before words; words by bytes; more identifiers after fewer. */
static VersionOrder identifiers_compare(Str a, Str b, bool fold)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        Str x = identifier_next(a, &i), y = identifier_next(b, &j);
        bool m = x.len && all_digits(x), n = y.len && all_digits(y);
        VersionOrder order = m && n   ? digits_compare(x, y)
                             : m || n ? order_of(n - m)
                             : fold   ? bytes_compare_fold(x, y)
                                      : bytes_compare(x, y);
        if (order)
            return order;
    }
    return order_size(i < a.len, j < b.len);
}

VersionOrder semver_pre_compare(Str a, Str b, bool fold)
{
    if (a.len == 0 || b.len == 0)
        return order_size(a.len == 0, b.len == 0);
    return identifiers_compare(a, b, fold);
}

/* "-0" is no more than none: feeds write it where all of a release is meant, from its first
 * pre-release on. */
static VersionOrder revision_compare(Str a, Str b)
{
    if (a.len && b.len)
        return identifiers_compare(a, b, false);
    return digits_compare(all_digits(a) ? a : STR("1"), all_digits(b) ? b : STR("1"));
}

/* Most versions differ in numbers of a few digits: where the first that differs is one, nothing else
 * need be read. Equal: nothing said. */
static VersionOrder small_numbers_compare(Str a, Str b)
{
    enum { FEW = 9 };
    for (size_t i = 0, j = 0;; i++, j++) {
        uint32_t x = 0, y = 0;
        size_t from = i, since = j;
        for (; is_digit(at(a, i)); i++)
            x = x * 10 + (uint32_t)(a.ptr[i] - '0');
        for (; is_digit(at(b, j)); j++)
            y = y * 10 + (uint32_t)(b.ptr[j] - '0');
        if (i == from || j == since || i - from > FEW || j - since > FEW)
            return VERSION_EQUAL;
        if (x != y)
            return x < y ? VERSION_LESS : VERSION_GREATER;
        if (at(a, i) != '.' || at(b, j) != '.')
            return VERSION_EQUAL;
    }
}

VersionOrder semver_like_compare(Str a, Str b, const SemverRules *rules)
{
    VersionOrder early = small_numbers_compare(a, b);
    if (early)
        return early;
    Semver x = semver_parse(a), y = semver_parse(b);
    if (rules->revision) {
        take_revision(&x);
        take_revision(&y);
    }
    VersionOrder order = numbers_compare(x.numbers, y.numbers);
    if (!order)
        order = semver_pre_compare(x.pre, y.pre, rules->fold);
    if (!order && rules->revision)
        order = revision_compare(x.revision, y.revision);
    if (!order && rules->build)
        order = identifiers_compare(x.build, y.build, rules->fold);
    return order;
}

static bool identifiers_valid(Str s, bool leading_zeros)
{
    for (size_t i = 0; i <= s.len;) {
        Str x = identifier_next(s, &i);
        for (size_t k = 0; k < x.len; k++)
            if (!is_alnum(x.ptr[k]) && x.ptr[k] != '-')
                return false;
        if (x.len == 0 || (!leading_zeros && x.len > 1 && x.ptr[0] == '0' && all_digits(x)))
            return false;
    }
    return true;
}

bool semver_like_valid(Str v, size_t least, size_t most)
{
    Semver x = semver_parse(v);
    size_t count = 0;
    for (size_t i = 0; i < x.numbers.len; i++) {
        Str number = take_digits(x.numbers, &i);
        if (number.len == 0 || (number.len > 1 && number.ptr[0] == '0'))
            return false;
        count++;
    }
    size_t end = x.numbers.len;
    bool pre = at(v, end) == '-', bare = pre && (end + 1 == v.len || v.ptr[end + 1] == '+');
    bool build = str_find_char(v, '+') != STR_NONE;
    return is_digit(at(v, 0)) && count >= least && count <= most && !bare &&
           (pre ? identifiers_valid(x.pre, false) : x.pre.len == 0) &&
           (!build || identifiers_valid(x.build, true));
}
