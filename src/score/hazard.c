/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "score/hazard.h"

/* Likelihood, impact and context of one finding (the model is described in docs/score.md). Only
 * log1p, exp, sqrt and pow for exponents other than 2 are used, so that machines agree. */

void inputs_complete(const Policy *policy, FindingInputs *in)
{
    if (!(in->known & INPUT_SEVERITY))
        in->severity = policy->missing.severity;
    if (!(in->known & INPUT_LEVEL))
        in->level = policy->missing.level;
    if (!(in->known & INPUT_CVSS))
        in->cvss = 0;
    if (!(in->known & INPUT_AV))
        in->av = "NALP?"[policy->missing.av];
    if (!(in->known & INPUT_EPSS))
        in->epss = 0;
    if (!(in->known & INPUT_AGE))
        in->age = policy->missing.age;
    if (!(in->known & INPUT_CODE))
        in->code = policy->missing.code;
    if (!(in->known & INPUT_FIX))
        in->fix = policy->missing.fix;
}

/* From the most remote: N, A, unknown, L, P. */
static unsigned av_rank(char av)
{
    static const unsigned rank[AVS] = {
        [AV_N] = 0, [AV_A] = 1, [AV_UNKNOWN] = 2, [AV_L] = 3, [AV_P] = 4};
    return rank[policy_av(av)];
}

/* A list of its own (the old one may be somebody else's), sorted: products over it have one order.
 */
static void seen_add(FindingInputs *into, const SeenBy *seen)
{
    size_t k = 0;
    while (k < into->seen.len && str_cmp(into->seen.at[k].scanner, seen->scanner) < 0)
        k++;
    if (k < into->seen.len && str_eq(into->seen.at[k].scanner, seen->scanner)) {
        into->seen.at[k].confidence = fmax(into->seen.at[k].confidence, seen->confidence);
        return;
    }
    for (size_t i = into->seen.len++; i > k; i--)
        into->seen.at[i] = into->seen.at[i - 1];
    into->seen.at[k] = *seen;
}

static void seen_join(Arena *arena, FindingInputs *into, const FindingInputs *other)
{
    FindingInputs joined = {0};
    if (into->seen.at == other->seen.at && into->seen.len == other->seen.len && into->seen.len < 2)
        return;
    joined.seen.cap = into->seen.len + other->seen.len;
    joined.seen.at = arena_new_array(arena, SeenBy, joined.seen.cap);
    for (size_t i = 0; i < into->seen.len; i++)
        seen_add(&joined, &into->seen.at[i]);
    for (size_t i = 0; i < other->seen.len; i++)
        seen_add(&joined, &other->seen.at[i]);
    into->seen.at = joined.seen.at;
    into->seen.len = joined.seen.len;
    into->seen.cap = joined.seen.cap;
}

void finding_inputs_join(const Policy *policy, Arena *arena, FindingInputs *into,
                         const FindingInputs *other)
{
    FindingInputs b = *other;
    uint32_t known = into->known | other->known;
    inputs_complete(policy, into);
    inputs_complete(policy, &b);
    into->known = known;
    into->epss = fmax(into->epss, b.epss);
    into->cvss = fmax(into->cvss, b.cvss);
    into->automatable |= b.automatable;
    for (size_t i = 0; i < EXPLOITS; i++)
        into->exploit[i] |= b.exploit[i];
    into->level = into->level > b.level ? into->level : b.level;
    if (severity_rank(b.severity) > severity_rank(into->severity))
        into->severity = b.severity;
    if (av_rank(b.av) < av_rank(into->av))
        into->av = b.av;
    into->age = into->age < b.age ? into->age : b.age;
    into->code = into->code > b.code ? into->code : b.code;
    into->fix = into->fix > b.fix ? into->fix : b.fix;
    seen_join(arena, into, &b);
}

/* ---- likelihood and impact ---- */

static double clamp(double x, double low, double high)
{
    return x > low ? (x < high ? x : high) : low; /* no number is low */
}

static double age_factor(const Policy *policy, int32_t age)
{
    size_t i = 0;
    while (i + 1 < policy->age_count && age > policy->ages[i].days)
        i++;
    return policy->ages[i].factor;
}

static double cve_likelihood(const Policy *policy, const FindingInputs *in)
{
    double base = policy->floor[in->severity] * age_factor(policy, in->age);
    if (in->automatable)
        base *= policy->automatable;
    double none =
        (1 - fmin(.5, base)) * (1 - policy->evidence[EVIDENCE_EPSS] * clamp(in->epss, 0, 1));
    for (size_t i = 0; i < EXPLOITS; i++)
        if (in->exploit[i])
            none *= 1 - policy->evidence[i];
    return 1 - none;
}

static double cve_impact(const Policy *policy, const FindingInputs *in)
{
    double label = policy->sevmid[in->severity] / 10;
    double impact = in->cvss > 0 ? (label + in->cvss / 10) / 2 : label;
    return impact * policy->av[policy_av(in->av)];
}

static double confidence_of(const Policy *policy, const FindingInputs *in)
{
    double none = 1;
    if (in->seen.len == 0)
        return policy->missing.confidence;
    for (size_t i = 0; i < in->seen.len; i++)
        none *= 1 - clamp(in->seen.at[i].confidence, 0, 1);
    return 1 - none;
}

/* ---- context ---- */

/* The kind that gives its name to a class: "config" also means hostconfig. */
static const FindingKind class_kind[LEVEL_CLASSES] = {
    [CLASS_CONFIG] = KIND_CONFIG, [CLASS_CWE] = KIND_CWE,         [CLASS_MALWARE] = KIND_MALWARE,
    [CLASS_SECRET] = KIND_SECRET, [CLASS_RUNTIME] = KIND_RUNTIME,
};

static bool effect_applies(const ContextEffect *effect, FindingKind kind, uint32_t av)
{
    bool cve = finding_kind_is_cve(kind);
    switch (effect->on) {
    case ON_ALL:
    case ON_SELF:
        return true;
    case ON_CVE:
        return cve;
    case ON_AV:
        return cve && effect->which == av;
    case ON_KIND:
        return !cve && (effect->which == (uint32_t)kind ||
                        effect->which == (uint32_t)class_kind[policy_level_class(kind)]);
    }
    return false;
}

static void value_apply(const ContextValue *value, FindingKind kind, uint32_t av, Hazard *out)
{
    for (size_t i = 0; value && i < value->effects.len; i++) {
        const ContextEffect *effect = &value->effects.at[i];
        if (!effect_applies(effect, kind, av))
            continue;
        out->multiplier *= effect->multiplier;
        if (out->effect_count < EFFECTS_MAX)
            out->effects[out->effect_count++] =
                (AppliedEffect){value->property, value->value, effect->multiplier};
    }
}

void context_resolve(const Policy *policy, const Context *context, ResolvedContext *out)
{
    *out = (ResolvedContext){0};
    for (size_t i = 0; context && i < context->properties.len; i++) {
        const ContextProperty *property = &context->properties.at[i];
        for (size_t k = 0; k < property->values.len; k++) {
            const ContextValue *value =
                policy_context_find(policy, property->name, property->values.at[k]);
            if (value && value->effects.len && out->count < RESOLVED_MAX)
                out->values[out->count++] = value;
        }
    }
    for (CodeState c = 0; c < CODE_STATES; c++)
        out->code[c] = policy_context_find(policy, STR("code"), code_state_name(c));
    for (FixState f = 0; f < FIX_STATES; f++)
        out->fix[f] = policy_context_find(policy, STR("fix"), fix_state_name(f));
}

/* A per-finding property acts on any kind that says it. */
void hazard_compute(const Policy *policy, const ResolvedContext *context, FindingKind kind,
                    const FindingInputs *inputs, Hazard *out)
{
    FindingInputs in = *inputs;
    inputs_complete(policy, &in);
    out->effect_count = 0;
    if (finding_kind_is_cve(kind)) {
        out->likelihood = cve_likelihood(policy, &in);
        out->impact = cve_impact(policy, &in);
    } else {
        const LevelRow *row = &policy->level[policy_level_class(kind)][in.level];
        out->likelihood = row->likelihood;
        out->impact = row->impact;
    }
    out->confidence = confidence_of(policy, &in);
    out->base =
        -log1p(-policy->p_max * fmin(1, out->likelihood) * fmin(1, out->impact) * out->confidence);
    out->weight = policy->weight[kind];
    out->multiplier = 1;
    for (size_t i = 0; i < context->count; i++)
        value_apply(context->values[i], kind, policy_av(in.av), out);
    value_apply(context->code[in.code], kind, policy_av(in.av), out);
    value_apply(context->fix[in.fix], kind, policy_av(in.av), out);
    out->multiplier = clamp(out->multiplier, policy->ctx_clamp[0], policy->ctx_clamp[1]);
    out->nats = out->weight * out->multiplier * out->base;
}

void finding_hazard(const Policy *policy, const Context *context, FindingKind kind,
                    const FindingInputs *inputs, Hazard *out)
{
    ResolvedContext resolved;
    context_resolve(policy, context, &resolved);
    hazard_compute(policy, &resolved, kind, inputs, out);
}
