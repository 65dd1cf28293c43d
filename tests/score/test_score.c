/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "score/decision.h"
#include "score/score.h"
#include "test.h"

typedef struct Bench {
    Arena arena;
    const Policy *policy;
    Result result;
} Bench;

static void bench_open(Bench *b, Str policy)
{
    Error err = {0};
    *b = (Bench){0};
    REQUIRE_OK(policy_load(policy, STR("policy"), &b->arena, &b->policy, &err));
}

static void bench_close(Bench *b)
{
    arena_fini(&b->arena);
}

static Finding *add(Bench *b, FindingKind kind, Str id, Str unit)
{
    Finding *f = vec_push(&b->arena, &b->result.findings);
    *f = (Finding){.kind = kind,
                   .id = id,
                   .unit = unit,
                   .eco = STR("deb"),
                   .kev = {.added = DATE_NONE, .due = DATE_NONE},
                   .deadline.date = DATE_NONE,
                   .mask.until = DATE_NONE};
    *vec_push(&b->arena, &f->inputs.seen) = (SeenBy){STR("ours"), .9};
    return f;
}

static Finding *add_cve(Bench *b, Str id, Str unit, Severity severity, double cvss, double epss)
{
    Finding *f = add(b, KIND_CVE, id, unit);
    f->inputs.known = INPUT_SEVERITY | INPUT_CVSS | INPUT_EPSS | INPUT_AV | INPUT_AGE;
    f->inputs.severity = severity;
    f->inputs.cvss = cvss;
    f->inputs.epss = epss;
    f->inputs.av = 'N';
    f->inputs.age = 700;
    return f;
}

static Score *scored(Bench *b)
{
    Error err = {0};
    REQUIRE_OK(score_result(b->policy, &b->arena, &b->result, &err));
    return &b->result.score;
}

TEST(score_refuses_unknown_words)
{
    Bench b CLEANUP(bench_close);
    Error err = {0};
    bench_open(&b, (Str){0});
    context_set(&b.arena, &b.result.context, STR("exposure"), STR("mars"), (Str){0});
    CHECK(!score_result(b.policy, &b.arena, &b.result, &err));
    CHECK_INT(err.code, ERR_USAGE);
    b.result.context = (Context){0};
    *vec_push(&b.arena, &b.result.fixed) = STR("wan");
    CHECK(!score_result(b.policy, &b.arena, &b.result, &err));
    CHECK_STR(error_message(&err), STR("unknown increment 'wan'"));
    b.result.fixed.len = 0;
    *vec_push(&b.arena, &b.result.vertical.escape) = STR("door");
    CHECK(!score_result(b.policy, &b.arena, &b.result, &err));
    CHECK_STR(error_message(&err), STR("unknown escape flag 'door'"));
}

TEST(score_of_nothing_is_none)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Score *score = scored(&b);
    CHECK(score->known);
    CHECK_INT(score->combined, 0);
    CHECK_INT(score->exact, 0);
    CHECK_STR(score->level, STR("NONE"));
    CHECK_INT(score->contributions.len, 0);
}

TEST(score_masked_findings_do_not_count)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("CVE-1"), STR("u"), SEVERITY_CRITICAL, 9.8, .9);
    f->mask.reason = STR("accepted");
    f->mask.until = 10;
    b.result.as_of = 10;
    CHECK_INT(scored(&b)->combined, 0);
    b.result.as_of = 11;
    CHECK(scored(&b)->combined > 0);
}

/* Anything that counts shows: 0 and NONE mean that nothing did. */
TEST(score_shows_at_least_one)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    add_cve(&b, STR("CVE-1"), STR("u"), SEVERITY_NEGLIGIBLE, 0, 0)->inputs.av = 'P';
    Score *score = scored(&b);
    CHECK_INT(score->combined, 1);
    CHECK_STR(score->level, STR("LOW"));
}

/* The worked examples of the reference model. */
TEST(score_worked_examples)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_CRITICAL, 9.8, .002);
    CHECK_INT(scored(&b)->combined, 9);
    f->inputs.exploit[EXPLOIT_METASPLOIT] = true;
    CHECK_INT(scored(&b)->combined, 173);
    f->inputs.epss = .6;
    CHECK_INT(scored(&b)->combined, 369);
    f->inputs.exploit[EXPLOIT_KEV] = true;
    CHECK_INT(scored(&b)->combined, 714);
    f->inputs.known |= INPUT_CODE;
    f->inputs.code = CODE_LOADED;
    context_set(&b.arena, &b.result.context, STR("exposure"), STR("internet"), (Str){0});
    context_set(&b.arena, &b.result.context, STR("environment"), STR("production"), (Str){0});
    CHECK_INT(scored(&b)->combined, 966);
    CHECK_STR(b.result.score.level, STR("SEVERE"));
    f->inputs.code = CODE_DORMANT;
    context_set(&b.arena, &b.result.context, STR("exposure"), STR("internal"), (Str){0});
    context_set(&b.arena, &b.result.context, STR("environment"), STR("development"), (Str){0});
    CHECK_INT(scored(&b)->combined, 202);
}

TEST(score_follows_the_policy)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, STR("alpha = 1\nweight.licence = 1\nbands = [['BAD', 2]]"));
    add_cve(&b, STR("A"), STR("u"), SEVERITY_HIGH, 7.5, .01);
    int64_t one = scored(&b)->raw;
    add_cve(&b, STR("B"), STR("u"), SEVERITY_HIGH, 7.5, .01);
    int64_t two = scored(&b)->raw;
    CHECK(two - 2 * one <= 1 && 2 * one - two <= 1);
    add(&b, KIND_LICENCE, STR("GPL"), STR("GPL"));
    CHECK(scored(&b)->raw > two);
    CHECK_STR(b.result.score.level, STR("BAD"));
    CHECK_STR(b.result.policy_hash, b.policy->hash);
}

TEST(score_explains_a_hazard)
{
    Bench b CLEANUP(bench_close);
    Hazard hazard;
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_HIGH, 7.5, .01);
    context_set(&b.arena, &b.result.context, STR("exposure"), STR("internet"), (Str){0});
    context_set(&b.arena, &b.result.context, STR("environment"), STR("production"), (Str){0});
    finding_hazard(b.policy, &b.result.context, f->kind, &f->inputs, &hazard);
    CHECK_INT(hazard.effect_count, 2);
    CHECK_STR(hazard.effects[1].property, STR("exposure"));
    CHECK_STR(hazard.effects[1].value, STR("internet"));
    CHECK(fabs(hazard.multiplier - 1.5 * 1.2) < 1e-12);
    CHECK(fabs(hazard.nats - hazard.weight * hazard.multiplier * hazard.base) < 1e-15);
    CHECK(fabs(hazard.confidence - .9) < 1e-12);
}

TEST(score_best_fixes_keep_what_has_no_fix)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *fixed = add_cve(&b, STR("A"), STR("openssl"), SEVERITY_CRITICAL, 9.8, .5);
    fixed->inputs.known |= INPUT_FIX;
    fixed->inputs.fix = FIX_AVAILABLE;
    *vec_push(&b.arena, &fixed->fixed_in) = STR("3.0.1");
    add_cve(&b, STR("B"), STR("openssl"), SEVERITY_HIGH, 7.5, .1);
    add_cve(&b, STR("C"), STR("zlib"), SEVERITY_CRITICAL, 9.8, .5);
    add(&b, KIND_SECRET, STR("key"), STR("key"));
    Score *score = scored(&b);
    CHECK_INT(score->best_fixes.len, 2);
    CHECK_STR(score->best_fixes.at[0].unit, STR("openssl"));
    CHECK_STR(score->best_fixes.at[0].action, STR("upgrade"));
    CHECK_STR(score->best_fixes.at[0].fixed_in.at[0], STR("3.0.1"));
    CHECK_STR(score->best_fixes.at[1].action, STR("remove"));
    CHECK(score->best_fixes.at[1].score_after < score->best_fixes.at[0].score_after);
    CHECK(score->best_fixes.at[1].score_after > 0);
    FindingVec left =
        score_findings_after(b.policy, &b.result.findings, score->best_fixes.at, 2, &b.arena);
    int32_t promised = score->best_fixes.at[1].score_after;
    CHECK_INT(left.len, 2);
    b.result.findings = left;
    CHECK_INT(scored(&b)->combined, promised);
}

TEST(score_best_fixes_name_each_package_once)
{
    enum { PACKAGES = 100000 }; /* each beside each is more than a test may take */
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    for (uint32_t i = 0; i < PACKAGES; i++)
        vec_push(&b.arena, &b.result.inventory.packages)->name =
            arena_printf(&b.arena, "package-%u", i / 2);
    for (int n = 0; n < 3; n++) {
        Finding *f = add_cve(&b, arena_printf(&b.arena, "A%d", n), STR("openssl"),
                             SEVERITY_CRITICAL, 9.8, .5);
        f->inputs.known |= INPUT_FIX;
        f->inputs.fix = FIX_AVAILABLE;
        for (uint32_t i = 0; i < PACKAGES; i++)
            *vec_push(&b.arena, &f->packages) = i;
    }
    Score *score = scored(&b);
    CHECK_INT(score->best_fixes.len, 1);
    CHECK_INT(score->best_fixes.at[0].packages.len, PACKAGES / 2);
    CHECK_STR(score->best_fixes.at[0].packages.at[1], STR("package-1"));
}

TEST(score_join_is_a_lattice)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    FindingInputs low = {.known = INPUT_SEVERITY | INPUT_AV | INPUT_LEVEL | INPUT_AGE,
                         .severity = SEVERITY_LOW,
                         .av = 'L',
                         .level = LEVEL_LOW,
                         .age = 2000};
    FindingInputs none = {0}, ab = low, ba = none;
    finding_inputs_join(b.policy, &b.arena, &ab, &none);
    finding_inputs_join(b.policy, &b.arena, &ba, &low);
    CHECK_INT(ab.severity, SEVERITY_UNKNOWN);
    CHECK_INT(ab.av, '?');
    CHECK_INT(ab.level, LEVEL_MEDIUM);
    CHECK_INT(ab.age, 1000);
    CHECK(ab.severity == ba.severity && ab.av == ba.av && ab.level == ba.level && ab.age == ba.age);
}

TEST(score_unknown_has_no_number)
{
    Score score = {.known = true, .combined = 7};
    score_set_unknown(&score);
    CHECK(!score.known && score.combined == 0);
    CHECK_STR(score.level, STR("UNKNOWN"));
}

/* ---- decisions ---- */

TEST(decision_of_kinds_without_a_cve)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add(&b, KIND_SECRET, STR("key"), STR("key"));
    finding_decide(b.policy, &b.result.context, 0, &b.arena, f);
    CHECK(f->ssvc.decision.len == 0 && f->deadline.why.len == 0);
}

TEST(decision_rows)
{
    static const struct {
        const char *exploitation, *automatable, *impact, *mission, *exposure, *want;
        bool kev;
        int32_t days;
    } rows[] = {
        {"none", "no", "partial", "", "", "Track", false, -1},
        {"none", "yes", "total", "high", "", "Attend", false, 60},
        {"poc", "no", "total", "", "", "Track*", false, -1},
        {"active", "no", "total", "", "internal", "Attend", true, 14},
        {"active", "yes", "total", "", "", "Act", true, 3},
        {"", "yes", "total", "low", "internet", "Attend", true, 3},
        {"none", "no", "total", "", "internet", "Track", false, 14},
        {"none", "yes", "partial", "", "internet", "Track", false, 14},
    };
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_HIGH, 7.5, .01);
        Context context = {0};
        if (rows[i].mission[0])
            context_set(&b.arena, &context, STR("mission"), str_from(rows[i].mission), (Str){0});
        if (rows[i].exposure[0])
            context_set(&b.arena, &context, STR("exposure"), str_from(rows[i].exposure), (Str){0});
        f->ssvc.exploitation = str_from(rows[i].exploitation);
        f->ssvc.automatable = str_from(rows[i].automatable);
        f->ssvc.technical_impact = str_from(rows[i].impact);
        f->inputs.exploit[EXPLOIT_KEV] = rows[i].kev;
        finding_decide(b.policy, &context, 1000, &b.arena, f);
        CHECK_STR(f->ssvc.decision, str_from(rows[i].want));
        CHECK_INT(f->deadline.date, rows[i].days < 0 ? DATE_NONE : 1000 + rows[i].days);
        CHECK(f->deadline.why.len > 0);
    }
}

TEST(decision_takes_the_catalogs_own_date)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_HIGH, 7.5, .01);
    f->kev.added = 900;
    f->kev.due = 921;
    finding_decide(b.policy, &b.result.context, 1000, &b.arena, f);
    CHECK_INT(f->deadline.date, 921);
    CHECK_STR(f->deadline.why, STR("due date of CISA's KEV entry"));
}

TEST(decision_from_the_vector)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_CRITICAL, 9.8, .01);
    f->cvss.vector = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    f->inputs.exploit[EXPLOIT_POC] = true;
    finding_decide(b.policy, &b.result.context, 1000, &b.arena, f);
    CHECK_STR(f->ssvc.decision, STR("Track*"));
    CHECK_STR(
        f->deadline.why,
        STR("BOD 26-04: not known exploited, not said to be exposed, automatable, total impact: "
            "60 days"));
}

/* Neither end is taken of what nobody knows: of "at the next upgrade" twice and 60 days twice the
 * sooner of the middle two. */
TEST(decision_without_any_word)
{
    Bench b CLEANUP(bench_close);
    bench_open(&b, (Str){0});
    Finding *f = add_cve(&b, STR("A"), STR("u"), SEVERITY_CRITICAL, 9.8, .01);
    finding_decide(b.policy, &b.result.context, 1000, &b.arena, f);
    CHECK_STR(f->ssvc.decision, STR("Track"));
    CHECK_INT(f->deadline.date, 1060);
    CHECK(str_contains(f->deadline.why, STR("not known whether automatable, impact not known")));
}
