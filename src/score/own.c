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

typedef struct Member {
    ShareKey key;
    double power; /* h^alpha */
    double rest;  /* of its share, below one nano-nat */
    int64_t nanonats;
    uint32_t finding;
} Member;

int finding_unit_cmp(const Finding *a, const Finding *b)
{
    if (a->kind != b->kind)
        return str_cmp(finding_kind_name(a->kind), finding_kind_name(b->kind));
    int order = str_cmp(a->eco, b->eco);
    return order ? order : str_cmp(a->unit, b->unit);
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
    const Member *const *a = left, *const *b = right;
    if ((*a)->rest < (*b)->rest || (*a)->rest > (*b)->rest)
        return (*a)->rest < (*b)->rest ? 1 : -1;
    return str_cmp((*a)->key.part[1], (*b)->key.part[1]);
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

/* Rounds the members' shares of `total` so that they add up to it. */
static void members_round(Member *members, size_t count, double total, double sum, Arena *arena)
{
    Member **order = arena_new_array(arena, Member *, count);
    int64_t left = (int64_t)total;
    for (size_t i = 0; i < count; i++) {
        double share = total * members[i].power / sum;
        members[i].nanonats = (int64_t)floor(share);
        members[i].rest = share - floor(share);
        left -= members[i].nanonats;
        order[i] = &members[i];
    }
    qsort(order, count, sizeof(Member *), rest_cmp);
    for (size_t i = 0; i < count && left > 0; i++, left--)
        order[i]->nanonats++;
}

/* The unit that starts at entries[0]; returns how many entries it takes. */
static size_t unit_add(const Own *own, const Entry *entries, size_t count, Arena *arena,
                       ShareVec *out)
{
    const Finding *first = entries[0].finding;
    double alpha = own->policy->alpha, sum = 0;
    size_t used = 0, members_len = 0, same = 1;
    while (same < count && finding_unit_cmp(first, entries[same].finding) == 0)
        same++;
    Member *members = arena_new_array(arena, Member, same);
    while (used < same) {
        FindingInputs inputs;
        Hazard hazard;
        const Finding *f = entries[used].finding;
        Member *member = &members[members_len++];
        member->finding = entries[used].index;
        used += join_group(own->policy, entries + used, same - used, arena, &inputs);
        hazard_compute(own->policy, &own->context, f->kind, &inputs, &hazard);
        member->key =
            (ShareKey){.part = {finding_kind_name(f->kind), f->id, f->eco, f->unit}, .parts = 4};
        member->power = power_of(hazard.nats, alpha);
        sum += member->power;
    }
    if (sum <= 0)
        return used;
    double total = fmin(UNIT_MOST, round(root_of(sum, alpha) * NANONATS));
    members_round(members, members_len, total, sum, arena);
    for (size_t i = 0; i < members_len; i++)
        *vec_push(arena, out) = (Share){
            .key = members[i].key, .nanonats = members[i].nanonats, .finding = members[i].finding};
    return used;
}

void entries_share(const Own *own, const Entry *entries, size_t count, Arena *arena, ShareVec *out)
{
    for (size_t i = 0; i < count;)
        i += unit_add(own, entries + i, count - i, arena, out);
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

void own_init(Own *own, const Policy *policy, const Context *context)
{
    own->policy = policy;
    context_resolve(policy, context, &own->context);
}

size_t entries_of(const Target *target, Arena *arena, Entry **out)
{
    size_t count = 0;
    *out = arena_new_array(arena, Entry, target->count);
    for (size_t i = 0; i < target->count; i++)
        if (!finding_is_masked(&target->findings[i], target->as_of))
            (*out)[count++] = (Entry){&target->findings[i], (uint32_t)i};
    qsort(*out, count, sizeof **out, entry_cmp);
    return count;
}

void score_own(const Policy *policy, const Target *target, Arena *arena, ShareVec *out)
{
    Own own;
    Entry *entries;
    size_t count = entries_of(target, arena, &entries);
    *out = (ShareVec){0};
    own_init(&own, policy, target->context);
    entries_share(&own, entries, count, arena, out);
    increments_add(policy, target->fixed, arena, out);
}
