/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#include <math.h>

/* splitmix64 */
static uint64_t random_next(Random *r)
{
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t random_below(Random *r, uint32_t limit)
{
    return (uint32_t)(random_next(r) >> 32) % limit;
}

double random_unit(Random *r)
{
    return (double)(random_next(r) >> 11) / 9007199254740992.0;
}

bool random_chance(Random *r, double p)
{
    return random_unit(r) < p;
}

/* Names are made once: a test draws millions. */
static Str numbered(const char *letter, uint32_t i, Arena *arena)
{
    return arena_printf(arena, "%s%u", letter, i);
}

static void cve_inputs(Random *r, FindingInputs *in)
{
    in->known |= INPUT_SEVERITY | INPUT_CVSS | INPUT_EPSS | INPUT_AV | INPUT_AGE | INPUT_CODE |
                 INPUT_FIX | INPUT_AUTOMATABLE;
    in->severity = (Severity)(SEVERITY_NEGLIGIBLE + random_below(r, 5));
    in->cvss = (double)random_below(r, 101) / 10;
    in->epss = pow(random_unit(r), 6);
    in->av = "NALP?"[random_below(r, 5)];
    in->age = 1 + (int32_t)random_below(r, 6000);
    in->code = (CodeState)random_below(r, CODE_STATES);
    in->fix = (FixState)random_below(r, FIX_STATES);
    in->automatable = random_chance(r, .2);
    for (size_t e = 0; e < EXPLOITS; e++)
        in->exploit[e] = random_chance(r, .03);
}

void random_finding(Random *r, Arena *arena, Finding *out)
{
    static const double confidences[] = {.6, .8, .9, .95};
    static const Str scanners[] = {STR_INIT("A"), STR_INIT("B"), STR_INIT("C")};
    uint32_t draw = random_below(r, 19);
    *out = (Finding){.eco = STR("deb"), .kev.added = DATE_NONE, .mask.until = DATE_NONE};
    out->kind = draw < 8 ? KIND_CVE : (FindingKind)(draw - 8 + 1);
    out->id = numbered("id", random_below(r, 400), arena);
    out->unit = numbered("u", random_below(r, 25), arena);
    FindingInputs *in = &out->inputs;
    *vec_push(arena, &in->seen) =
        (SeenBy){scanners[random_below(r, 3)], confidences[random_below(r, 4)]};
    if (finding_kind_is_cve(out->kind)) {
        cve_inputs(r, in);
    } else {
        in->known |= INPUT_LEVEL;
        in->level = (Level)random_below(r, LEVELS);
    }
    for (uint32_t bit = INPUT_SEVERITY; bit <= INPUT_FIX; bit <<= 1)
        if (bit != INPUT_AUTOMATABLE && random_chance(r, .03))
            in->known &= ~bit;
    if (random_chance(r, .03))
        in->seen.len = 0;
}

void random_findings(Random *r, Arena *arena, uint32_t most, FindingVec *out)
{
    uint32_t count = random_below(r, most);
    *out = (FindingVec){0};
    out->at = arena_new_array(arena, Finding, count + 4);
    out->cap = count + 4;
    for (uint32_t i = 0; i < count; i++)
        random_finding(r, arena, &out->at[out->len++]);
}

void random_context(Random *r, const Policy *policy, Arena *arena, Context *out)
{
    *out = (Context){0};
    for (size_t i = 0; i < policy->context.len;) {
        Str property = policy->context.at[i].property;
        size_t count = 0;
        while (i + count < policy->context.len &&
               str_eq(policy->context.at[i + count].property, property))
            count++;
        if (!str_eq(property, STR("code")) && !str_eq(property, STR("fix")))
            context_set(arena, out, property,
                        policy->context.at[i + random_below(r, (uint32_t)count)].value, (Str){0});
        i += count;
    }
    if (random_chance(r, .2)) {
        context_set(arena, out, STR("mitigation"), STR("netpol"), (Str){0});
        context_add(arena, out, STR("mitigation"), STR("waf"), (Str){0});
    }
}

void random_fixed(Random *r, Arena *arena, StrVec *out)
{
    *out = (StrVec){0};
    for (size_t i = 0; i < POLICY_FIXED; i++)
        if (random_chance(r, .2))
            *vec_push(arena, out) = policy_fixed_name(i);
}

void random_shuffle(Random *r, FindingVec *findings)
{
    for (size_t i = findings->len; i > 1; i--) {
        size_t k = random_below(r, (uint32_t)i);
        Finding moved = findings->at[i - 1];
        findings->at[i - 1] = findings->at[k];
        findings->at[k] = moved;
    }
}
