/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/decision.h"

#include <stdlib.h>

/* Exploitation by the strongest evidence, whichever list it is on. */
static Exploitation exploitation_of(const Finding *f)
{
    const bool *e = f->inputs.exploit;
    Str said = f->ssvc.exploitation;
    if (f->kev.added != DATE_NONE || e[EXPLOIT_KEV] || e[EXPLOIT_OTHER_KEV] ||
        e[EXPLOIT_RANSOMWARE] || str_eq_fold(said, STR("active")))
        return EXPLOITATION_ACTIVE;
    if (e[EXPLOIT_METASPLOIT] || e[EXPLOIT_NUCLEI] || e[EXPLOIT_POC] || e[EXPLOIT_EXPLOITDB] ||
        str_eq_fold(said, STR("poc")))
        return EXPLOITATION_POC;
    return EXPLOITATION_NONE;
}

/* The values that a property may have: one, or both where nobody says. */
typedef struct Options {
    int first, last;
} Options;

static Options options_of(Str said, Str no, Str yes)
{
    if (str_eq_fold(said, no))
        return (Options){0, 0};
    if (str_eq_fold(said, yes))
        return (Options){1, 1};
    return (Options){0, 1};
}

static int urgency_of(Str decision)
{
    static const Str order[] = {STR_INIT("Act"), STR_INIT("Attend"), STR_INIT("Track*"),
                                STR_INIT("Track")};
    int i = 0;
    while (i < (int)COUNT_OF(order) && !str_eq(order[i], decision))
        i++;
    return i;
}

static int decision_order(const void *a, const void *b)
{
    return urgency_of(*(const Str *)a) - urgency_of(*(const Str *)b);
}

static int deadline_order(const void *a, const void *b)
{
    const Deadline *x = a, *y = b;
    uint32_t i = (uint32_t)x->days, k = (uint32_t)y->days; /* "at the next upgrade" comes last */
    if (i != k)
        return i < k ? -1 : 1;
    return (int)y->forensics - (int)x->forensics;
}

static int mission_of(const Context *context)
{
    Str mission = context_value(context, STR("mission"));
    return str_eq(mission, STR("low"))    ? MISSION_LOW
           : str_eq(mission, STR("high")) ? MISSION_HIGH
                                          : MISSION_MEDIUM;
}

static void set_deadline(const Policy *policy, bool exposed, Options automatable, Options impact,
                         Date first_seen, Arena *arena, Finding *f)
{
    Deadline rows[4];
    size_t count = 0;
    bool kev = f->kev.added != DATE_NONE || f->inputs.exploit[EXPLOIT_KEV];
    for (int a = automatable.first; a <= automatable.last; a++)
        for (int t = impact.first; t <= impact.last; t++)
            rows[count++] = policy->deadlines[kev][exposed][a][t];
    qsort(rows, count, sizeof *rows, deadline_order);
    const Deadline *row = &rows[(count - 1) / 2];
    static const char *const automatable_words[] = {"not automatable", "automatable",
                                                    "automatable or not is not assessed"};
    static const char *const impact_words[] = {"partial impact", "total impact",
                                               "impact not assessed"};
    Str time =
        row->days < 0 ? STR("at the next upgrade") : arena_printf(arena, "%d days", row->days);
    f->deadline.date =
        row->days < 0 || first_seen == DATE_NONE ? DATE_NONE : first_seen + row->days;
    f->deadline.why = arena_printf(
        arena, "BOD 26-04: " STR_FMT "%s (%s, %s, %s, %s)", STR_ARG(time),
        row->forensics ? " with forensics" : "", kev ? "in KEV" : "not in KEV",
        exposed ? "exposed" : "not known to be exposed",
        automatable_words[automatable.first == automatable.last ? automatable.first : 2],
        impact_words[impact.first == impact.last ? impact.first : 2]);
}

void finding_decide(const Policy *policy, const Context *context, Date first_seen, Arena *arena,
                    Finding *f)
{
    static const Str words[] = {STR_INIT("none"), STR_INIT("poc"), STR_INIT("active")};
    Str decisions[4];
    size_t count = 0;
    if (!finding_kind_is_cve(f->kind))
        return;
    Exploitation exploitation = exploitation_of(f);
    Options automatable = options_of(f->ssvc.automatable, STR("no"), STR("yes"));
    Options impact = options_of(f->ssvc.technical_impact, STR("partial"), STR("total"));
    int mission = mission_of(context);
    for (int a = automatable.first; a <= automatable.last; a++)
        for (int t = impact.first; t <= impact.last; t++)
            decisions[count++] = policy->ssvc[exploitation][a][t][mission];
    qsort(decisions, count, sizeof *decisions, decision_order);
    f->ssvc.exploitation = words[exploitation];
    f->ssvc.decision = decisions[(count - 1) / 2];
    if (f->kev.due != DATE_NONE) {
        f->deadline.date = f->kev.due;
        f->deadline.why = STR("due date of its KEV entry");
        return;
    }
    bool exposed = str_eq(context_value(context, STR("exposure")), STR("internet"));
    set_deadline(policy, exposed, automatable, impact, first_seen, arena, f);
}
