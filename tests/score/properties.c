/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"

#include <math.h>

const char *const property_names[PROPERTIES] = {
    [MONOTONE] = "monotone",
    [FIX] = "fix",
    [BOUNDED] = "bounded",
    [ORDER] = "order",
    [DUPLICATE] = "duplicate",
    [AGREE] = "agree",
    [EVIDENCE] = "evidence",
    [DECOMPOSE] = "decompose",
    [COMPONENTS] = "components",
    [CTX_UP] = "ctx_up",
    [CTX_DOWN] = "ctx_down",
    [VERTICAL] = "vertical",
    [APP] = "app",
    [BEST_FIX] = "bestfix",
};

typedef struct Trial {
    const Variant *variant;
    const Policy *policy;
    Arena *arena;
    Random *random;
    uint32_t *violations;
    FindingVec findings;
    Context context;
    StrVec fixed;
    ShareVec shares;
    int64_t total;
} Trial;

static void own(const Trial *t, const FindingVec *findings, const Context *context, ShareVec *out)
{
    Target target = {.findings = findings->at,
                     .count = findings->len,
                     .context = context,
                     .fixed = &t->fixed,
                     .as_of = 0};
    t->variant->own(t->policy, &target, t->arena, out);
}

static int64_t total_of(const Trial *t, const FindingVec *findings, const Context *context)
{
    ShareVec shares;
    own(t, findings, context, &shares);
    return score_total(&shares);
}

static FindingVec copy_of(const Trial *t, const FindingVec *findings, size_t extra)
{
    FindingVec copy = {0};
    copy.at = arena_new_array(t->arena, Finding, findings->len + extra);
    copy.cap = findings->len + extra;
    for (size_t i = 0; i < findings->len; i++)
        copy.at[copy.len++] = findings->at[i];
    return copy;
}

static bool same_shares(const ShareVec *a, const ShareVec *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (a->at[i].nanonats != b->at[i].nanonats ||
            !str_eq(a->at[i].key.part[0], b->at[i].key.part[0]) ||
            !str_eq(a->at[i].key.part[1], b->at[i].key.part[1]) ||
            !str_eq(a->at[i].key.part[3], b->at[i].key.part[3]))
            return false;
    return true;
}

static void violate(const Trial *t, Property property, bool broken)
{
    t->violations[property] += broken;
}

/* With one more report, or with the changed copy of one, beside the others. */
static void check_reports(const Trial *t)
{
    FindingVec more = copy_of(t, &t->findings, 4);
    ShareVec shares;
    random_finding(t->random, t->arena, &more.at[more.len++]);
    violate(t, MONOTONE, total_of(t, &more, &t->context) < t->total);
    if (t->findings.len == 0)
        return;
    const Finding *one = &t->findings.at[random_below(t->random, (uint32_t)t->findings.len)];

    FindingVec less = {0};
    for (size_t i = 0; i < t->findings.len; i++)
        if (finding_cmp(&t->findings.at[i], one) != 0)
            *vec_push(t->arena, &less) = t->findings.at[i];
    violate(t, FIX, total_of(t, &less, &t->context) > t->total);

    FindingVec shuffled = copy_of(t, &t->findings, 0);
    random_shuffle(t->random, &shuffled);
    own(t, &shuffled, &t->context, &shares);
    violate(t, ORDER, !same_shares(&shares, &t->shares));

    more.len = t->findings.len;
    for (uint32_t n = 1 + random_below(t->random, 3); n > 0; n--)
        more.at[more.len++] = *one;
    own(t, &more, &t->context, &shares);
    violate(t, DUPLICATE, !same_shares(&shares, &t->shares));

    more.len = t->findings.len + 1;
    Finding *other = &more.at[t->findings.len];
    *other = *one;
    SeenBy *seen = arena_new(t->arena, SeenBy);
    *seen = (SeenBy){STR("Z"), .9};
    other->inputs.seen.at = seen;
    other->inputs.seen.len = other->inputs.seen.cap = 1;
    violate(t, AGREE, total_of(t, &more, &t->context) < t->total);

    *other = *one;
    other->inputs.exploit[EXPLOIT_KEV] = true;
    other->inputs.epss = fmin(1, (one->inputs.known & INPUT_EPSS ? one->inputs.epss : 0) + .2);
    other->inputs.known |= INPUT_EPSS;
    violate(t, EVIDENCE, total_of(t, &more, &t->context) < t->total);
}

static void check_shown(const Trial *t)
{
    double score = score_of_nanonats(t->total), left = 1;
    violate(t, BOUNDED, !(score >= 0 && score <= 1000));
    for (FindingKind kind = 0; kind <= FINDING_KINDS; kind++) {
        int64_t part = 0;
        Str name = kind < FINDING_KINDS ? finding_kind_name(kind) : STR("fixed");
        for (size_t i = 0; i < t->shares.len; i++)
            if (str_eq(t->shares.at[i].key.part[0], name))
                part += t->shares.at[i].nanonats;
        left *= 1 - score_of_nanonats(part) / 1000;
    }
    violate(t, COMPONENTS, fabs(1000 * (1 - left) - score) > 1e-6);
    ShareVec split = {0};
    for (size_t i = 0; i < t->shares.len; i++)
        *vec_push(t->arena, &split) = t->shares.at[i];
    int32_t exact = t->variant->split(&split, t->arena), points = 0;
    for (size_t i = 0; i < split.len; i++)
        points += split.at[i].points;
    violate(t, DECOMPOSE, points != exact || exact != (int32_t)llround(score * 10));
}

static int64_t total_exposed(const Trial *t, Str exposure)
{
    Context context = {0};
    for (size_t i = 0; i < t->context.properties.len; i++)
        *vec_push(t->arena, &context.properties) = t->context.properties.at[i];
    context_set(t->arena, &context, STR("exposure"), exposure, (Str){0});
    return total_of(t, &t->findings, &context);
}

static void check_context(const Trial *t)
{
    int64_t internal = total_exposed(t, STR("internal"));
    violate(t, CTX_UP, total_exposed(t, STR("internet")) < internal);
    violate(t, CTX_DOWN, total_exposed(t, STR("none")) > internal);
}

typedef struct Pair {
    int64_t host, container;
} Pair;

static Pair combine(const Trial *t, const FindingVec *host, const StrVec *escape)
{
    ShareVec below, up = {0}, down = {0};
    double e = score_escape(t->policy, escape);
    Trial bare = *t;
    bare.fixed = (StrVec){0};
    own(&bare, host, NULL, &below);
    score_inherit(t->policy, &below, e, t->arena, &down);
    score_ascend(&t->shares, STR("c"), e, t->arena, &up);
    return (Pair){score_total(&below) + score_total(&up), t->total + score_total(&down)};
}

static void check_vertical(const Trial *t)
{
    FindingVec host = {0};
    StrVec escape = {0};
    for (int i = 0; i < 5; i++) {
        Finding *f = vec_push(t->arena, &host);
        random_finding(t->random, t->arena, f);
        f->kind = KIND_HOST;
        f->inputs.known |= INPUT_SEVERITY | INPUT_CVSS | INPUT_EPSS;
        f->inputs.severity = SEVERITY_HIGH;
        f->inputs.cvss = 7.8;
        f->inputs.epss = .01;
    }
    for (size_t i = 0; i < POLICY_ESCAPES; i++)
        if (random_chance(t->random, .3))
            *vec_push(t->arena, &escape) = policy_escape_name(i);
    Pair before = combine(t, &host, &escape);
    *vec_push(t->arena, &escape) = STR("docker_sock_rw");
    Pair open = combine(t, &host, &escape);
    escape.len--;
    Finding *worse = vec_push(t->arena, &host);
    random_finding(t->random, t->arena, worse);
    worse->kind = KIND_HOST;
    worse->id = STR("new");
    worse->inputs.exploit[EXPLOIT_KEV] = true;
    Pair beneath = combine(t, &host, &escape);
    violate(t, VERTICAL,
            open.container < before.container || open.host < before.host ||
                beneath.container < before.container);
}

static void check_app(const Trial *t)
{
    int64_t raw[9], most = 0;
    size_t count = 1 + random_below(t->random, 7), one = random_below(t->random, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        raw[i] = (int64_t)random_below(t->random, 3000000000U);
        most = raw[i] > most ? raw[i] : most;
    }
    int64_t before = score_application(t->policy, raw, count);
    raw[count] = (int64_t)random_below(t->random, 1000000000);
    int64_t more = score_application(t->policy, raw, count + 1);
    raw[one] += (int64_t)random_below(t->random, 1000000000);
    violate(t, APP,
            score_application(t->policy, raw, count) < before || more < before ||
                before < most - 1);
}

static bool in_unit(const Finding *f, const BestFix *fix)
{
    return f->kind == fix->kind && str_eq(f->unit, fix->unit);
}

/* All pairs of units against the first two of the list. */
static void check_best_fix(const Trial *t)
{
    Score score = {0};
    Vec(BestFix) units = {0};
    Target target = {.findings = t->findings.at, .count = t->findings.len, .context = &t->context};
    score_best_fixes(t->policy, &target, t->total, 2, t->arena, &score);
    if (score.best_fixes.len == 0 || t->findings.len < 7)
        return;
    for (size_t i = 0; i < t->findings.len; i++) {
        const Finding *f = &t->findings.at[i];
        size_t k = 0;
        while (k < units.len && !in_unit(f, &units.at[k]))
            k++;
        if (k == units.len)
            *vec_push(t->arena, &units) =
                (BestFix){.kind = f->kind, .eco = f->eco, .unit = f->unit};
    }
    int64_t best = t->total;
    for (size_t a = 0; a + 1 < units.len; a++)
        for (size_t b = a + 1; b < units.len; b++) {
            BestFix pair[2] = {units.at[a], units.at[b]};
            ArenaMark mark = arena_mark(t->arena);
            FindingVec left = score_findings_after(t->policy, &t->findings, pair, 2, t->arena);
            int64_t after = total_of(t, &left, &t->context);
            best = after < best ? after : best;
            arena_reset(t->arena, mark);
        }
    if (units.len >= 2)
        violate(t, BEST_FIX,
                score_shown(best) != score.best_fixes.at[score.best_fixes.len - 1].score_after);
}

void properties_check(const Variant *variant, const Policy *policy, uint64_t seed, uint32_t systems,
                      uint32_t violations[PROPERTIES])
{
    Random random = {seed};
    for (uint32_t i = 0; i < systems; i++) {
        Arena arena CLEANUP(arena_fini) = {0};
        Trial t = {.variant = variant,
                   .policy = policy,
                   .arena = &arena,
                   .random = &random,
                   .violations = violations};
        random_findings(&random, &arena, 60, &t.findings);
        random_context(&random, policy, &arena, &t.context);
        random_fixed(&random, &arena, &t.fixed);
        own(&t, &t.findings, &t.context, &t.shares);
        t.total = score_total(&t.shares);
        check_reports(&t);
        check_shown(&t);
        check_context(&t);
        if (i % 4 == 0) {
            check_vertical(&t);
            check_app(&t);
        }
        if (i % 200 == 0)
            check_best_fix(&t);
    }
}
