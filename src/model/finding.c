/* SPDX-License-Identifier: Apache-2.0 */
#include "model/finding.h"

static const Str kinds[FINDING_KINDS] = {
    [KIND_CVE] = STR_INIT("cve"),
    [KIND_CWE] = STR_INIT("cwe"),
    [KIND_MALWARE] = STR_INIT("malware"),
    [KIND_CONFIG] = STR_INIT("config"),
    [KIND_SECRET] = STR_INIT("secret"),
    [KIND_RUNTIME] = STR_INIT("runtime"),
    [KIND_NETWORK] = STR_INIT("network"),
    [KIND_HOST] = STR_INIT("host"),
    [KIND_HOSTCONFIG] = STR_INIT("hostconfig"),
    [KIND_SERVICE] = STR_INIT("service"),
    [KIND_SERVICECONFIG] = STR_INIT("serviceconfig"),
    [KIND_LICENCE] = STR_INIT("licence"),
};

static const Str severities[SEVERITIES] = {
    STR_INIT("unknown"), STR_INIT("negligible"), STR_INIT("low"),
    STR_INIT("medium"),  STR_INIT("high"),       STR_INIT("critical"),
};

static const Str levels[LEVELS] = {
    STR_INIT("info"), STR_INIT("low"), STR_INIT("medium"), STR_INIT("high"), STR_INIT("critical"),
};

static const Str statuses[FINDING_STATUSES] = {
    [STATUS_UNKNOWN] = STR_INIT("unknown"),
    [STATUS_AFFECTED] = STR_INIT("affected"),
    [STATUS_FIXED] = STR_INIT("fixed"),
    [STATUS_WILL_NOT_FIX] = STR_INIT("will_not_fix"),
    [STATUS_DEFERRED] = STR_INIT("deferred"),
    [STATUS_END_OF_LIFE] = STR_INIT("end_of_life"),
    [STATUS_NOT_AFFECTED] = STR_INIT("not_affected"),
    [STATUS_UNDER_INVESTIGATION] = STR_INIT("under_investigation"),
};

static const Str codes[CODE_STATES] = {
    STR_INIT("dormant"),
    STR_INIT("unknown"),
    STR_INIT("loaded"),
};

static const Str fixes[FIX_STATES] = {
    STR_INIT("none"),
    STR_INIT("wontfix"),
    STR_INIT("available"),
};

static const Str exploits[EXPLOITS] = {
    STR_INIT("kev"),    STR_INIT("ransomware"), STR_INIT("other_kev"), STR_INIT("metasploit"),
    STR_INIT("nuclei"), STR_INIT("poc"),        STR_INIT("exploitdb"),
};

static bool word_find(const Str *words, size_t count, Str word, size_t *out)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(words[i], word)) {
            *out = i;
            return true;
        }
    return false;
}

/* Every enumeration has its words, and a word its value. */
#define WORDS(noun, Type, words)                                                                   \
    Str noun##_name(Type value)                                                                    \
    {                                                                                              \
        return (words)[value];                                                                     \
    }                                                                                              \
    bool noun##_parse(Str name, Type *out)                                                         \
    {                                                                                              \
        size_t i;                                                                                  \
        bool found = word_find((words), COUNT_OF(words), name, &i);                                \
        if (found)                                                                                 \
            *out = (Type)i;                                                                        \
        return found;                                                                              \
    }

WORDS(finding_kind, FindingKind, kinds)
WORDS(severity, Severity, severities)
WORDS(level, Level, levels)
WORDS(finding_status, FindingStatus, statuses)
WORDS(code_state, CodeState, codes)
WORDS(fix_state, FixState, fixes)

bool finding_kind_is_cve(FindingKind kind)
{
    return kind == KIND_CVE || kind == KIND_HOST || kind == KIND_SERVICE;
}

unsigned severity_rank(Severity severity)
{
    static const unsigned ranks[SEVERITIES] = {
        [SEVERITY_NEGLIGIBLE] = 0, [SEVERITY_LOW] = 1,  [SEVERITY_UNKNOWN] = 2,
        [SEVERITY_MEDIUM] = 3,     [SEVERITY_HIGH] = 4, [SEVERITY_CRITICAL] = 5,
    };
    return ranks[severity];
}

Severity severity_of_level(Level level)
{
    static const Severity of[LEVELS] = {SEVERITY_NEGLIGIBLE, SEVERITY_LOW, SEVERITY_MEDIUM,
                                        SEVERITY_HIGH, SEVERITY_CRITICAL};
    return of[level];
}

Str exploit_name(Exploit exploit)
{
    return exploits[exploit];
}

bool finding_is_masked(const Finding *f, Date as_of)
{
    return f->mask.reason.len && (f->mask.until == DATE_NONE || f->mask.until >= as_of);
}

int finding_cmp(const Finding *a, const Finding *b)
{
    if (a->kind != b->kind)
        return str_cmp(kinds[a->kind], kinds[b->kind]);
    int order = str_cmp(a->id, b->id);
    order = order ? order : str_cmp(a->eco, b->eco);
    return order ? order : str_cmp(a->unit, b->unit);
}

Str finding_key(Arena *arena, const Finding *f)
{
    return arena_printf(arena, STR_FMT "/" STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(kinds[f->kind]),
                        STR_ARG(f->id), STR_ARG(f->eco), STR_ARG(f->unit));
}
