/* SPDX-License-Identifier: Apache-2.0 */
#include "score/decision.h"

/* The inputs of both trees. */
typedef struct Situation {
    Exploitation exploitation;
    bool kev, exposed, automatable;
    size_t impact;
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

/* Without a word from the feed: no interaction, no privilege and low complexity over the network.
 */
static bool automatable_of(const Finding *f)
{
    if (f->ssvc.automatable.len)
        return str_eq_fold(f->ssvc.automatable, STR("yes"));
    if (f->inputs.known & INPUT_AUTOMATABLE)
        return f->inputs.automatable;
    return vector_has(&f->cvss, STR("AV:N/AC:L")) && vector_has(&f->cvss, STR("/PR:N")) &&
           vector_has(&f->cvss, STR("/UI:N"));
}

/* Total: the attacker controls the component. Unknown is not taken for harmless. */
static size_t impact_of(const Finding *f)
{
    static const Str all[][3] = {
        {STR_INIT("/C:H"), STR_INIT("/I:H"), STR_INIT("/A:H")},
        {STR_INIT("/VC:H"), STR_INIT("/VI:H"), STR_INIT("/VA:H")},
        {STR_INIT("/C:C"), STR_INIT("/I:C"), STR_INIT("/A:C")},
    };
    if (f->ssvc.technical_impact.len)
        return str_eq_fold(f->ssvc.technical_impact, STR("partial")) ? IMPACT_PARTIAL
                                                                     : IMPACT_TOTAL;
    if (f->cvss.vector.len == 0)
        return IMPACT_TOTAL;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (vector_has(&f->cvss, all[i][0]) && vector_has(&f->cvss, all[i][1]) &&
            vector_has(&f->cvss, all[i][2]))
            return IMPACT_TOTAL;
    return IMPACT_PARTIAL;
}

static size_t mission_of(const Context *context)
{
    Str word = context_value(context, STR("mission"));
    return str_eq(word, STR("low"))    ? MISSION_LOW
           : str_eq(word, STR("high")) ? MISSION_HIGH
                                       : MISSION_MEDIUM;
}

static void deadline_set(const Policy *policy, const Situation *s, Date first_seen, Arena *arena,
                         Finding *f)
{
    const Deadline *row = &policy->deadlines[s->kev][s->exposed][s->automatable][s->impact];
    f->deadline.date = DATE_NONE;
    if (f->kev.due != DATE_NONE && f->kev.added != DATE_NONE) {
        f->deadline.date = f->kev.due;
        f->deadline.why = STR("due date of CISA's KEV entry");
        return;
    }
    Str situation =
        arena_printf(arena, "BOD 26-04: %sknown exploited, %sexposed, %sautomatable, %s",
                     s->kev ? "" : "not ", s->exposed ? "" : "not ", s->automatable ? "" : "not ",
                     s->impact == IMPACT_TOTAL ? "total impact" : "partial impact");
    if (row->days < 0) {
        f->deadline.why = arena_join(arena, situation, STR(": at the next upgrade"));
        return;
    }
    if (first_seen != DATE_NONE)
        f->deadline.date = first_seen + row->days;
    f->deadline.why = arena_printf(arena, STR_FMT ": %d days%s", STR_ARG(situation), row->days,
                                   row->forensics ? ", with forensics" : "");
}

void finding_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                    Finding *f)
{
    if (!finding_kind_is_cve(f->kind))
        return;
    bool kev = f->kev.added != DATE_NONE || f->inputs.exploit[EXPLOIT_KEV];
    Situation s = {
        .exploitation = exploitation_of(f, kev),
        .kev = kev,
        .exposed = str_eq(context_value(context, STR("exposure")), STR("internet")),
        .automatable = automatable_of(f),
        .impact = impact_of(f),
    };
    f->ssvc.decision = policy->ssvc[s.exploitation][s.automatable][s.impact][mission_of(context)];
    deadline_set(policy, &s, first_seen, arena, f);
}
