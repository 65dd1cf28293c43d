/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/decision.h"
#include "scene.h"

static const Policy *policy(Arena *arena)
{
    Error err = {0};
    const Policy *out;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, arena, &out, &err));
    return out;
}

static Finding finding(const char *exploitation, const char *automatable, const char *impact)
{
    return (Finding){.kind = KIND_CVE,
                     .kev = {.added = DATE_NONE, .due = DATE_NONE},
                     .deadline = {.date = DATE_NONE},
                     .ssvc = {.exploitation = str_from(exploitation),
                              .automatable = str_from(automatable),
                              .technical_impact = str_from(impact)}};
}

TEST(ssvc_coordinator_tree)
{
    static const struct {
        const char *exploitation, *automatable, *impact, *mission, *want;
    } rows[] = {
        {"none", "no", "partial", "medium", "Track"},
        {"none", "no", "total", "high", "Track*"},
        {"none", "yes", "total", "high", "Attend"},
        {"poc", "no", "total", "medium", "Track*"},
        {"poc", "yes", "total", "low", "Track"},
        {"active", "no", "partial", "low", "Track"},
        {"active", "no", "total", "high", "Act"},
        {"active", "yes", "partial", "medium", "Attend"},
        {"active", "yes", "total", "", "Act"},
        {"active", "", "", "medium", "Attend"},
        {"", "", "", "", "Track"},
    };
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Context context = {0};
        if (rows[i].mission[0])
            context_set(&arena, &context, STR("mission"), str_from(rows[i].mission), (Str){0});
        Finding f = finding(rows[i].exploitation, rows[i].automatable, rows[i].impact);
        finding_decide(policy(&arena), &context, 0, &arena, &f);
        CHECK_STR(f.ssvc.decision, str_from(rows[i].want));
    }
}

TEST(ssvc_newer_evidence_counts)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Context context = {0};
    Finding f = finding("none", "yes", "total");
    f.kev.added = date_of(2024, 1, 1);
    finding_decide(policy(&arena), &context, 0, &arena, &f);
    CHECK_STR(f.ssvc.exploitation, STR("active"));
    CHECK_STR(f.ssvc.decision, STR("Act"));
    f = finding("", "yes", "total");
    f.inputs.exploit[EXPLOIT_METASPLOIT] = true;
    finding_decide(policy(&arena), &context, 0, &arena, &f);
    CHECK_STR(f.ssvc.exploitation, STR("poc"));
}

TEST(deadline_of_bod_26_04)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Context context = {0};
    const Date seen = date_of(2026, 11, 22);
    Finding f = finding("none", "no", "total");
    finding_decide(policy(&arena), &context, seen, &arena, &f);
    CHECK_INT(f.deadline.date, DATE_NONE);
    CHECK(str_contains(f.deadline.why, STR("at the next upgrade")));
    context_set(&arena, &context, STR("exposure"), STR("internet"), (Str){0});
    finding_decide(policy(&arena), &context, seen, &arena, &f);
    CHECK_INT(f.deadline.date, seen + 14);
    f = finding("none", "no", "");
    finding_decide(policy(&arena), &context, seen, &arena, &f);
    CHECK_INT(f.deadline.date, seen + 14); /* 60 or 14: the sooner of two */
    CHECK(str_contains(f.deadline.why, STR("impact not assessed")));
    f = finding("none", "yes", "total");
    f.inputs.exploit[EXPLOIT_KEV] = true;
    finding_decide(policy(&arena), &context, seen, &arena, &f);
    CHECK_INT(f.deadline.date, seen + 3);
    CHECK(str_contains(f.deadline.why, STR("forensics")));
    f.kev.added = date_of(2026, 1, 1);
    f.kev.due = date_of(2026, 1, 22);
    finding_decide(policy(&arena), &context, seen, &arena, &f);
    CHECK_INT(f.deadline.date, date_of(2026, 1, 22)); /* the entry's own date comes first */
}

TEST(decision_of_a_setting_is_none)
{
    Arena arena CLEANUP(arena_fini);
    arena_init(&arena);
    Context context = {0};
    Finding f = finding("none", "no", "total");
    f.kind = KIND_CONFIG;
    finding_decide(policy(&arena), &context, 0, &arena, &f);
    CHECK_INT(f.ssvc.decision.len + f.deadline.why.len, 0);
}
