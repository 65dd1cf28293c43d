/* SPDX-License-Identifier: Apache-2.0 */
#include "versions/range.h"
#include "base/compiler.h"
#include "versions/semver_like.h"
#include "versions/text.h"

/* A comparator becomes a half-open interval, judged at once: nothing is kept but whether all so far
 * hold and whether one names a pre-release of the version's own numbers. */
enum { MAJOR, MINOR, PATCH, PARTS };

typedef struct Exact {
    uint64_t n[PARTS];
    Str pre;
} Exact;

typedef struct Partial {
    Exact v;
    unsigned given; /* how many numbers stand before an x or the end */
} Partial;

typedef struct Verdict {
    const Exact *version;
    bool holds, names_pre, bounded;
} Verdict;

#define BEFORE_PRE STR("0") /* the least pre-release: below it is below all of them */

static const uint64_t NUMBER_MAX = (UINT64_C(1) << 53) - 1; /* a JavaScript number */

Str semver_clean(Str v)
{
    size_t from = 0, to = v.len;
    while (from < to && (is_space(v.ptr[from]) || v.ptr[from] == '=' || v.ptr[from] == 'v'))
        from++;
    while (to > from && is_space(v.ptr[to - 1]))
        to--;
    return slice(v, from, to);
}

static bool take_number(Str s, size_t *i, uint64_t *out)
{
    return str_to_u64(take_digits(s, i), out) && *out <= NUMBER_MAX;
}

static bool identifiers_ok(Str s)
{
    for (size_t i = 0, from = 0; i <= s.len; i++) {
        char c = at(s, i);
        if (i < s.len && c != '.' && !is_alnum(c) && c != '-')
            return false;
        if (i == s.len || c == '.') {
            if (i == from)
                return false;
            from = i + 1;
        }
    }
    return true;
}

static bool is_x(char c)
{
    return c == 'x' || c == 'X' || c == '*';
}

/* "-pre" and "+build" at the end. */
static bool take_qualifiers(Str s, size_t i, Str *pre)
{
    size_t plus = i;
    while (plus < s.len && s.ptr[plus] != '+')
        plus++;
    if (at(s, i) == '-')
        *pre = slice(s, i + 1, plus);
    else if (i != plus)
        return false;
    return (at(s, i) != '-' || identifiers_ok(*pre)) &&
           (plus == s.len || identifiers_ok(tail(s, plus + 1)));
}

/* "", "*", "1", "1.x", "1.2.3-rc.1+build" */
static bool partial_parse(Str s, Partial *out)
{
    *out = (Partial){0};
    s = semver_clean(s);
    bool open = true;
    size_t i = 0, part = 0;
    for (; part < PARTS && i < s.len; part++) {
        uint64_t number = 0;
        if (is_x(s.ptr[i])) {
            open = false;
            i++;
        } else if (!take_number(s, &i, &number)) {
            return false;
        } else if (open) {
            out->v.n[part] = number;
            out->given++;
        }
        if (at(s, i) != '.' || part + 1 == PARTS) {
            part++;
            break;
        }
        i++;
        if (i == s.len)
            return false;
    }
    if (part < PARTS)
        return i == s.len;
    Str pre = {0};
    bool ok = take_qualifiers(s, i, &pre);
    out->v.pre = out->given == PARTS ? pre : (Str){0};
    return ok;
}

static VersionOrder exact_compare(const Exact *a, const Exact *b)
{
    for (size_t i = 0; i < PARTS; i++)
        if (a->n[i] != b->n[i])
            return a->n[i] < b->n[i] ? VERSION_LESS : VERSION_GREATER;
    return semver_pre_compare(a->pre, b->pre, false);
}

static void note_bound(Verdict *v, const Exact *bound)
{
    v->bounded = true;
    v->names_pre |= bound->pre.len && bound->n[MAJOR] == v->version->n[MAJOR] &&
                    bound->n[MINOR] == v->version->n[MINOR] &&
                    bound->n[PATCH] == v->version->n[PATCH];
}

static void at_least(Verdict *v, Exact bound, bool or_equal)
{
    VersionOrder order = exact_compare(v->version, &bound);
    v->holds &= order == VERSION_GREATER || (or_equal && order == VERSION_EQUAL);
    note_bound(v, &bound);
}

static void at_most(Verdict *v, Exact bound, bool or_equal)
{
    VersionOrder order = exact_compare(v->version, &bound);
    v->holds &= order == VERSION_LESS || (or_equal && order == VERSION_EQUAL);
    note_bound(v, &bound);
}

/* The first version after all that share the first `parts` + 1 numbers. */
static Exact next_after(const Exact *v, size_t part, Str pre)
{
    Exact out = {.pre = pre};
    for (size_t i = 0; i < part; i++)
        out.n[i] = v->n[i];
    out.n[part] = v->n[part] + 1;
    return out;
}

static void between(Verdict *v, const Partial *p, size_t fixed)
{
    at_least(v, p->v, true);
    at_most(v, next_after(&p->v, fixed, BEFORE_PRE), false);
}

static size_t caret_part(const Partial *p)
{
    for (size_t i = 0; i + 1 < p->given; i++)
        if (p->v.n[i] != 0)
            return i;
    return p->given - 1;
}

/* "<*" and ">*" hold for nothing, "<=*" and ">=*" for all. */
static void judge_any(Verdict *v, bool or_equal)
{
    v->holds &= or_equal;
    v->bounded |= !or_equal;
}

static void judge_less(Verdict *v, const Partial *p, bool or_equal)
{
    Exact bound = p->v;
    if (p->given == 0)
        judge_any(v, or_equal);
    else if (p->given == PARTS)
        at_most(v, bound, or_equal);
    else if (or_equal)
        at_most(v, next_after(&bound, p->given - 1, BEFORE_PRE), false);
    else
        at_most(v, (Exact){{bound.n[MAJOR], bound.n[MINOR]}, BEFORE_PRE}, false);
}

static void judge_greater(Verdict *v, const Partial *p, bool or_equal)
{
    if (p->given == 0)
        judge_any(v, or_equal);
    else if (or_equal || p->given == PARTS)
        at_least(v, p->v, or_equal);
    else
        at_least(v, next_after(&p->v, p->given - 1, (Str){0}), true);
}

static void judge_equal(Verdict *v, const Partial *p)
{
    if (p->given == PARTS) {
        at_least(v, p->v, true);
        at_most(v, p->v, true);
    } else if (p->given > 0) {
        between(v, p, p->given - 1);
    }
}

typedef enum Op { OP_EQUAL, OP_LESS, OP_AT_MOST, OP_GREATER, OP_AT_LEAST, OP_TILDE, OP_CARET } Op;

static const struct {
    Str text;
    Op op;
} OPS[] = {
    {STR_INIT("<="), OP_AT_MOST}, {STR_INIT("<"), OP_LESS},   {STR_INIT(">="), OP_AT_LEAST},
    {STR_INIT(">"), OP_GREATER},  {STR_INIT("~>"), OP_TILDE}, {STR_INIT("~"), OP_TILDE},
    {STR_INIT("^"), OP_CARET},    {STR_INIT("="), OP_EQUAL},
};

static size_t skip_spaces(Str s, size_t i)
{
    while (i < s.len && is_space(s.ptr[i]))
        i++;
    return i;
}

/* False where two operators follow each other, but for "> =" and "^=" and their like. */
static bool take_op(Str s, size_t *i, Op *out)
{
    *out = OP_EQUAL;
    bool named = false;
    for (size_t k = 0; k < COUNT_OF(OPS) && !named; k++)
        if (str_starts(tail(s, *i), OPS[k].text)) {
            *i = skip_spaces(s, *i + OPS[k].text.len);
            *out = OPS[k].op;
            named = true;
        }
    if (!named || at(s, *i) != '=' || *out == OP_TILDE || *out == OP_CARET)
        return true;
    bool bare = *out == OP_LESS || *out == OP_GREATER;
    *out = *out == OP_LESS ? OP_AT_MOST : OP_AT_LEAST;
    ++*i;
    return bare;
}

static void judge(Verdict *v, Op op, const Partial *p)
{
    switch (op) {
    case OP_LESS:
    case OP_AT_MOST:
        judge_less(v, p, op == OP_AT_MOST);
        break;
    case OP_GREATER:
    case OP_AT_LEAST:
        judge_greater(v, p, op == OP_AT_LEAST);
        break;
    case OP_TILDE:
        if (p->given > 0)
            between(v, p, p->given > MINOR + 1 ? MINOR : p->given - 1);
        break;
    case OP_CARET:
        if (p->given > 0)
            between(v, p, caret_part(p));
        break;
    case OP_EQUAL:
        judge_equal(v, p);
        break;
    }
}

static Str take_word_until_space(Str s, size_t *i)
{
    size_t from = *i;
    while (*i < s.len && !is_space(s.ptr[*i]))
        ++*i;
    return slice(s, from, *i);
}

/* "1.2.3 - 2.3.4": true if *i stands behind one. */
static bool take_hyphen(Str s, size_t *i, Verdict *v, bool *ok)
{
    size_t k = skip_spaces(s, *i);
    Partial low, high;
    Str first = take_word_until_space(s, &k);
    k = skip_spaces(s, k);
    Str dash = take_word_until_space(s, &k);
    if (!str_eq(dash, STR("-")))
        return false;
    k = skip_spaces(s, k);
    Str last = take_word_until_space(s, &k);
    *ok = last.len && at(first, 0) != '=' && at(last, 0) != '=' && partial_parse(first, &low) &&
          partial_parse(last, &high);
    *i = k;
    if (*ok) {
        judge_greater(v, &low, true);
        judge_less(v, &high, true);
    }
    return true;
}

/* One alternative: comparators that must all hold. */
static bool set_judge(Str s, Verdict *v)
{
    size_t i = 0;
    bool ok = true;
    if (take_hyphen(s, &i, v, &ok))
        return ok && skip_spaces(s, i) == s.len;
    while ((i = skip_spaces(s, i)) < s.len) {
        Op op;
        Partial p;
        if (!take_op(s, &i, &op) || !partial_parse(take_word_until_space(s, &i), &p))
            return false;
        judge(v, op, &p);
    }
    return true;
}

static bool exact_parse(Str s, Exact *out)
{
    Partial p;
    if (!partial_parse(s, &p) || p.given != PARTS)
        return false;
    *out = p.v;
    return true;
}

bool semver_range_has(Str range, Str version, bool *out)
{
    Exact exact;
    bool has = false, any = false;
    if (!exact_parse(version, &exact))
        return false;
    for (;;) {
        size_t bar = str_find(range, STR("||"));
        Verdict v = {.version = &exact, .holds = true};
        if (!set_judge(bar == STR_NONE ? range : slice(range, 0, bar), &v))
            return false;
        any |= !v.bounded;
        has |= v.holds && (exact.pre.len == 0 || v.names_pre);
        if (bar == STR_NONE)
            break;
        range = tail(range, bar + 2);
    }
    *out = any ? exact.pre.len == 0 : has; /* an alternative without bounds is all there is */
    return true;
}
