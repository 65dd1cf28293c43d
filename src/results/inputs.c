/* SPDX-License-Identifier: Apache-2.0 */
#include "results/join.h"

int number_order(double a, double b)
{
    return a < b ? -1 : a > b;
}

int severity_rank(Severity severity)
{
    static const int ranks[SEVERITIES] = {
        [SEVERITY_UNKNOWN] = 5, [SEVERITY_NEGLIGIBLE] = 2, [SEVERITY_LOW] = 4,
        [SEVERITY_MEDIUM] = 6,  [SEVERITY_HIGH] = 8,       [SEVERITY_CRITICAL] = 10,
    };
    return ranks[severity];
}

static int seen_order(const void *a, const void *b)
{
    const SeenBy *x = a, *y = b;
    int order = str_cmp(x->scanner, y->scanner);
    return order ? order : number_order(y->confidence, x->confidence); /* the surest first */
}

static void join_seen(Arena *arena, FindingInputs *into, const FindingInputs *other)
{
    JOIN_LIST(arena, &into->seen, &other->seen, seen_order);
    size_t kept = 0;
    for (size_t i = 0; i < into->seen.len; i++)
        if (kept == 0 || !str_eq(into->seen.at[kept - 1].scanner, into->seen.at[i].scanner))
            into->seen.at[kept++] = into->seen.at[i];
    into->seen.len = kept;
}

/* Is a field known on either side? Then both are read, the unknown one as its cautious middle. */
static bool says(const FindingInputs *a, const FindingInputs *b, uint32_t field)
{
    return (a->known | b->known) & field;
}

#define READ(in, field, member, otherwise) ((in)->known & (field) ? (in)->member : (otherwise))

static int av_rank(char av)
{
    size_t at = str_find_char(STR("NA?LP"), av);
    return at == STR_NONE ? 2 : (int)at;
}

static void join_evidence(FindingInputs *into, const FindingInputs *other)
{
    if (other->known & INPUT_AUTOMATABLE)
        into->automatable |= other->automatable;
    for (unsigned e = 0; e < EXPLOITS; e++)
        into->exploit[e] |= other->exploit[e];
    if (number_order(into->epss, other->epss) < 0)
        into->epss = other->epss;
    if (number_order(into->cvss, other->cvss) < 0)
        into->cvss = other->cvss;
}

void inputs_join(Arena *arena, FindingInputs *into, const FindingInputs *other)
{
    const FindingInputs a = *into, *b = other;
    if (says(&a, b, INPUT_SEVERITY)) {
        Severity x = READ(&a, INPUT_SEVERITY, severity, SEVERITY_UNKNOWN),
                 y = READ(b, INPUT_SEVERITY, severity, SEVERITY_UNKNOWN);
        into->severity = severity_rank(x) < severity_rank(y) ? y : x;
    }
    if (says(&a, b, INPUT_LEVEL)) {
        Level x = READ(&a, INPUT_LEVEL, level, LEVEL_MEDIUM),
              y = READ(b, INPUT_LEVEL, level, LEVEL_MEDIUM);
        into->level = x < y ? y : x;
    }
    if (says(&a, b, INPUT_AV)) {
        char x = READ(&a, INPUT_AV, av, '?'), y = READ(b, INPUT_AV, av, '?');
        into->av = av_rank(x) <= av_rank(y) ? x : y;
    }
    if (says(&a, b, INPUT_AGE)) {
        int32_t x = READ(&a, INPUT_AGE, age, 1000), y = READ(b, INPUT_AGE, age, 1000);
        into->age = x < y ? x : y;
    }
    if (says(&a, b, INPUT_CODE)) {
        CodeState x = READ(&a, INPUT_CODE, code, CODE_UNKNOWN),
                  y = READ(b, INPUT_CODE, code, CODE_UNKNOWN);
        into->code = x < y ? y : x;
    }
    if (says(&a, b, INPUT_FIX)) {
        FixState x = READ(&a, INPUT_FIX, fix, FIX_NONE), y = READ(b, INPUT_FIX, fix, FIX_NONE);
        into->fix = x < y ? y : x;
    }
    join_evidence(into, other);
    join_seen(arena, into, other);
    into->known = a.known | b->known;
}
