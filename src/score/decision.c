/* SPDX-License-Identifier: Apache-2.0 */
#include "score/decision.h"

/* An answer to a question with two: one of them, or both while nobody knows. */
enum { ANSWER_NO = 1, ANSWER_YES = 2, ANSWER_EITHER = ANSWER_NO | ANSWER_YES };

/* The inputs of both trees. */
typedef struct Situation {
    Exploitation exploitation;
    bool kev, exposed, exposure_stated;
    unsigned automatable, total; /* answers */
} Situation;

static bool vector_has(const Cvss *cvss, Str metric)
{
    return str_contains(cvss->vector, metric);
}

static Exploitation exploitation_of(const Finding *f, bool kev)
{
    const bool *exploit = f->inputs.exploit;
    Str said = f->ssvc.exploitation;
    if (kev || exploit[EXPLOIT_OTHER_KEV] || str_eq_fold(said, STR("active")))
        return EXPLOITATION_ACTIVE;
    if (str_eq_fold(said, STR("poc")) || exploit[EXPLOIT_METASPLOIT] || exploit[EXPLOIT_NUCLEI] ||
        exploit[EXPLOIT_POC] || exploit[EXPLOIT_EXPLOITDB])
        return EXPLOITATION_POC;
    return EXPLOITATION_NONE;
}

static unsigned answer(bool yes)
{
    return yes ? ANSWER_YES : ANSWER_NO;
}

/* Without a word from the feed: no interaction, no privilege and low complexity over the network. */
static unsigned automatable_of(const Finding *f)
{
    if (f->ssvc.automatable.len)
        return answer(str_eq_fold(f->ssvc.automatable, STR("yes")));
    if (f->inputs.known & INPUT_AUTOMATABLE)
        return answer(f->inputs.automatable);
    if (f->cvss.vector.len == 0)
        return ANSWER_EITHER;
    return answer(vector_has(&f->cvss, STR("AV:N/AC:L")) && vector_has(&f->cvss, STR("/PR:N")) &&
                  vector_has(&f->cvss, STR("/UI:N")));
}

/* Total: the attacker controls the component. */
static unsigned total_of(const Finding *f)
{
    static const Str all[][3] = {
        {STR_INIT("/C:H"), STR_INIT("/I:H"), STR_INIT("/A:H")},
        {STR_INIT("/VC:H"), STR_INIT("/VI:H"), STR_INIT("/VA:H")},
        {STR_INIT("/C:C"), STR_INIT("/I:C"), STR_INIT("/A:C")},
    };
    if (f->ssvc.technical_impact.len)
        return answer(!str_eq_fold(f->ssvc.technical_impact, STR("partial")));
    if (f->cvss.vector.len == 0)
        return ANSWER_EITHER;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (vector_has(&f->cvss, all[i][0]) && vector_has(&f->cvss, all[i][1]) &&
            vector_has(&f->cvss, all[i][2]))
            return ANSWER_YES;
    return ANSWER_NO;
}

static size_t mission_of(const Context *context)
{
    Str word = context_value(context, STR("mission"));
    return str_eq(word, STR("low"))    ? MISSION_LOW
           : str_eq(word, STR("high")) ? MISSION_HIGH
                                       : MISSION_MEDIUM;
}

/* Every pair of answers that may be the true one, as {automatable, total}. */
static size_t possible(const Situation *s, bool out[4][2])
{
    size_t count = 0;
    for (unsigned a = 0; a < 2; a++)
        for (unsigned t = 0; t < 2; t++)
            if (s->automatable & 1u << a && s->total & 1u << t) {
                out[count][0] = a;
                out[count++][1] = t;
            }
    return count;
}

/* Of answers by their urgency (the lower the sooner) the one in the middle, the sooner of two. */
static size_t middle(const int32_t *urgency, size_t count)
{
    size_t order[4];
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && urgency[order[at - 1]] > urgency[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return order[(count - 1) / 2];
}

static const Deadline *deadline_of(const Policy *policy, const Situation *s)
{
    bool pairs[4][2];
    int32_t urgency[4];
    const Deadline *rows[4];
    size_t count = possible(s, pairs);
    for (size_t i = 0; i < count; i++) {
        rows[i] = &policy->deadlines[s->kev][s->exposed][pairs[i][0]]
                                    [pairs[i][1] ? IMPACT_TOTAL : IMPACT_PARTIAL];
        int32_t days = rows[i]->days < 0 ? INT32_MAX / 2 : rows[i]->days;
        urgency[i] = 2 * days - rows[i]->forensics; /* of equal days the one with more to do */
    }
    return rows[middle(urgency, count)];
}

/* Words that the tree does not know come last. */
static int32_t decision_urgency(Str word)
{
    static const Str words[] = {STR_INIT("Act"), STR_INIT("Attend"), STR_INIT("Track*"),
                                STR_INIT("Track")};
    int32_t i = 0;
    while (i < (int32_t)COUNT_OF(words) && !str_eq(words[i], word))
        i++;
    return i;
}

static Str decision_of(const Policy *policy, const Situation *s, size_t mission)
{
    bool pairs[4][2];
    int32_t urgency[4];
    Str words[4];
    size_t count = possible(s, pairs);
    for (size_t i = 0; i < count; i++) {
        words[i] = policy->ssvc[s->exploitation][pairs[i][0]]
                               [pairs[i][1] ? IMPACT_TOTAL : IMPACT_PARTIAL][mission];
        urgency[i] = decision_urgency(words[i]);
    }
    return words[middle(urgency, count)];
}

static Str situation_str(const Situation *s, Arena *arena)
{
    static const char *const automatable[] = {
        [ANSWER_NO] = "not automatable",
        [ANSWER_YES] = "automatable",
        [ANSWER_EITHER] = "not known whether automatable",
    };
    static const char *const impact[] = {
        [ANSWER_NO] = "partial impact",
        [ANSWER_YES] = "total impact",
        [ANSWER_EITHER] = "impact not known",
    };
    return arena_printf(arena, "BOD 26-04: %s, %s, %s, %s",
                        s->kev ? "known exploited" : "not known exploited",
                        s->exposed           ? "exposed"
                        : s->exposure_stated ? "not exposed"
                                             : "not said to be exposed",
                        automatable[s->automatable], impact[s->total]);
}

/* What is the same for all findings of a target. */
typedef struct Decider {
    const Policy *policy;
    Arena *arena;
    Date first_seen;
    Str exposure;
    size_t mission;
    Str why[2][4][4]; /* of its deadlines: KEV, automatable, total */
} Decider;

static Str why_of(Decider *d, const Situation *s, const Deadline *row)
{
    Str *why = &d->why[s->kev][s->automatable][s->total];
    if (why->len)
        return *why;
    Str situation = situation_str(s, d->arena);
    *why = row->days < 0 ? arena_join(d->arena, situation, STR(": at the next upgrade"))
                         : arena_printf(d->arena, STR_FMT ": %d days%s", STR_ARG(situation),
                                        row->days, row->forensics ? ", with forensics" : "");
    return *why;
}

static void deadline_set(Decider *d, const Situation *s, Finding *f)
{
    const Deadline *row = deadline_of(d->policy, s);
    f->deadline.date = DATE_NONE;
    if (f->kev.due != DATE_NONE && f->kev.added != DATE_NONE) {
        f->deadline.date = f->kev.due;
        f->deadline.why = STR("due date of CISA's KEV entry");
        return;
    }
    if (row->days >= 0 && d->first_seen != DATE_NONE)
        f->deadline.date = d->first_seen + row->days;
    f->deadline.why = why_of(d, s, row);
}

static Decider decider_of(const Policy *policy, const Context *context, Date first_seen,
                          Arena *arena)
{
    return (Decider){.policy = policy,
                     .arena = arena,
                     .first_seen = first_seen,
                     .exposure = context_value(context, STR("exposure")),
                     .mission = mission_of(context)};
}

static void decide(Decider *d, Finding *f)
{
    if (!finding_kind_is_cve(f->kind))
        return;
    bool kev = f->kev.added != DATE_NONE || f->inputs.exploit[EXPLOIT_KEV];
    Situation s = {
        .exploitation = exploitation_of(f, kev),
        .kev = kev,
        .exposed = str_eq(d->exposure, STR("internet")),
        .exposure_stated = d->exposure.len > 0,
        .automatable = automatable_of(f),
        .total = total_of(f),
    };
    f->ssvc.decision = decision_of(d->policy, &s, d->mission);
    deadline_set(d, &s, f);
}

void finding_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                    Finding *f)
{
    Decider decider = decider_of(policy, context, first_seen, arena);
    decide(&decider, f);
}

void findings_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                     FindingVec *findings)
{
    Decider decider = decider_of(policy, context, first_seen, arena);
    for (size_t i = 0; i < findings->len; i++)
        decide(&decider, &findings->at[i]);
}
