/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "score/hazard.h"

/* One target's own hazard. CVEs of one package share fix, reachability and attacker interest, so
 * they are neither independent (a sum) nor one (a maximum): a unit's hazard is the norm of order
 * alpha of its findings', rounded to whole nano-nats, and units are added up. The norm is
 * homogeneous of degree 1, so Euler's theorem splits it exactly: h's share is T h^alpha / sum
 * h^alpha. */

/* A unit beyond 1000 nats adds nothing that 1000 digits would show; the bound keeps sums in 64
 * bits. */
#define NANONATS 1e9
#define UNIT_MOST 1e12

/* What rounding leaves of a share. */
typedef struct Rest {
    double rest; /* below one nano-nat */
    Str id;
    size_t share; /* which */
} Rest;

/* Most are the same bytes: of one package, of one system. */
static int shared_cmp(Str a, Str b)
{
    return a.ptr == b.ptr && a.len == b.len ? 0 : str_cmp(a, b);
}

int finding_unit_cmp(const Finding *a, const Finding *b)
{
    if (a->kind != b->kind)
        return str_cmp(finding_kind_name(a->kind), finding_kind_name(b->kind));
    int order = shared_cmp(a->eco, b->eco);
    return order ? order : shared_cmp(a->unit, b->unit);
}

static int entry_cmp(const void *left, const void *right)
{
    const Entry *a = left, *b = right;
    int order = finding_unit_cmp(a->finding, b->finding);
    order = order ? order : str_cmp(a->finding->id, b->finding->id);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* Most first; the key decides between equals. */
static int rest_cmp(const void *left, const void *right)
{
    const Rest *a = left, *b = right;
    if (a->rest < b->rest || a->rest > b->rest)
        return a->rest < b->rest ? 1 : -1;
    return str_cmp(a->id, b->id);
}

static double power_of(double h, double alpha)
{
    return alpha > 2 || alpha < 2 ? pow(h, alpha) : h * h;
}

static double root_of(double sum, double alpha)
{
    return alpha > 2 || alpha < 2 ? pow(sum, 1 / alpha) : sqrt(sum);
}

/* The reports of one key as one. Joining sorts the scanners, so a single report is joined as well.
 */
static size_t join_group(const Policy *policy, const Entry *entries, size_t count, Arena *arena,
                         FindingInputs *out)
{
    size_t n = 1;
    *out = entries[0].finding->inputs;
    while (n < count && finding_unit_cmp(entries[0].finding, entries[n].finding) == 0 &&
           str_eq(entries[0].finding->id, entries[n].finding->id))
        n++;
    if (n == 1 && out->seen.len > 1)
        finding_inputs_join(policy, arena, out, &entries[0].finding->inputs);
    for (size_t i = 1; i < n; i++)
        finding_inputs_join(policy, arena, out, &entries[i].finding->inputs);
    return n;
}

static size_t entries_of(const Target *target, Arena *arena, Entry **out)
{
    size_t count = 0;
    *out = arena_new_array(arena, Entry, target->count);
    for (size_t i = 0; i < target->count; i++)
        if (!finding_is_masked(&target->findings[i], target->as_of))
            (*out)[count++] = (Entry){&target->findings[i], (uint32_t)i};
    qsort(*out, count, sizeof **out, entry_cmp);
    return count;
}

void own_init(Own *own, const Policy *policy, const Target *target, Arena *arena)
{
    ResolvedContext context;
    Entry *entries;
    size_t count = entries_of(target, arena, &entries);
    *own = (Own){.policy = policy};
    context_resolve(policy, target->context, &context);
    vec_reserve(arena, &own->keys, count);
    for (size_t i = 0; i < count;) {
        FindingInputs inputs;
        Hazard hazard;
        OwnKey *key = vec_push(arena, &own->keys);
        key->entries = &entries[i];
        key->count = join_group(policy, &entries[i], count - i, arena, &inputs);
        hazard_compute(policy, &context, entries[i].finding->kind, &inputs, &hazard);
        key->power = power_of(hazard.nats, policy->alpha);
        i += key->count;
    }
}

size_t own_unit_end(const Own *own, size_t from)
{
    size_t end = from + 1;
    while (end < own->keys.len && finding_unit_cmp(own->keys.at[from].entries->finding,
                                                   own->keys.at[end].entries->finding) == 0)
        end++;
    return end;
}

double own_unit_total(const Own *own, double sum)
{
    return sum > 0 ? fmin(UNIT_MOST, round(root_of(sum, own->policy->alpha) * NANONATS)) : 0;
}

/* Rounds the shares of a unit so that they add up to its total. */
static void unit_share(const Own *own, size_t from, size_t end, Arena *arena, ShareVec *out)
{
    double sum = 0;
    for (size_t i = from; i < end; i++)
        sum += own->keys.at[i].power;
    if (sum <= 0)
        return;
    double total = own_unit_total(own, sum);
    int64_t left = (int64_t)total;
    Rest *rests = arena_new_array(arena, Rest, end - from);
    for (size_t i = from; i < end; i++) {
        const OwnKey *key = &own->keys.at[i];
        const Finding *f = key->entries->finding;
        double share = total * key->power / sum, whole = floor(share);
        rests[i - from] = (Rest){share - whole, f->id, out->len};
        left -= (int64_t)whole;
        *vec_push(arena, out) = (Share){
            .key = {.part = {finding_kind_name(f->kind), f->id, f->eco, f->unit}, .parts = 4},
            .nanonats = (int64_t)whole,
            .finding = key->entries->index};
    }
    qsort(rests, end - from, sizeof *rests, rest_cmp);
    for (size_t i = 0; i < end - from && left > 0; i++, left--)
        out->at[rests[i].share].nanonats++;
}

static bool has_word(const StrVec *words, Str word)
{
    for (size_t i = 0; words && i < words->len; i++)
        if (str_eq(words->at[i], word))
            return true;
    return false;
}

static void increments_add(const Policy *policy, const StrVec *fixed, Arena *arena, ShareVec *out)
{
    for (size_t i = 0; i < POLICY_FIXED; i++) {
        Str name = policy_fixed_name(i);
        if (has_word(fixed, name))
            *vec_push(arena, out) =
                (Share){.key = {.part = {STR("fixed"), name, STR(""), name}, .parts = 4},
                        .nanonats = llround(policy->fixed[i] * (NANONATS / 1000)),
                        .finding = UINT32_MAX};
    }
}

void own_share(const Own *own, const StrVec *fixed, Arena *arena, ShareVec *out)
{
    *out = (ShareVec){0};
    vec_reserve(arena, out, own->keys.len);
    for (size_t i = 0, end; i < own->keys.len; i = end) {
        end = own_unit_end(own, i);
        unit_share(own, i, end, arena, out);
    }
    increments_add(own->policy, fixed, arena, out);
}

void score_own(const Policy *policy, const Target *target, Arena *arena, ShareVec *out)
{
    Own own;
    own_init(&own, policy, target, arena);
    own_share(&own, target->fixed, arena, out);
}
