/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "model/ecosystem.h"
#include "score/hazard.h"
#include "versions/version.h"

/* A setting, secret, file or behaviour can always be changed or removed; a package only where a fix
 * was published. */
static bool can_be_fixed(const Policy *policy, const Finding *f)
{
    FixState fix = f->inputs.known & INPUT_FIX ? f->inputs.fix : policy->missing.fix;
    return fix == FIX_AVAILABLE || !finding_kind_is_cve(f->kind);
}

typedef struct Gain {
    const OwnKey *keys; /* of the unit */
    size_t count;
    int64_t nanonats;
} Gain;

static const Finding *first_of(const Gain *gain)
{
    return gain->keys->entries->finding;
}

static int gain_cmp(const void *left, const void *right)
{
    const Gain *a = left, *b = right;
    if (a->nanonats != b->nanonats)
        return a->nanonats < b->nanonats ? 1 : -1;
    return finding_unit_cmp(first_of(a), first_of(b));
}

/* Reports of one key join, also in whether there is a fix. */
static bool is_fixable(const Policy *policy, const OwnKey *key)
{
    for (size_t i = 0; i < key->count; i++)
        if (can_be_fixed(policy, key->entries[i].finding))
            return true;
    return false;
}

/* What the unit has beyond what stays when it is acted on. */
static void gain_compute(const Own *own, Gain *gain)
{
    double sum = 0, left = 0;
    for (size_t i = 0; i < gain->count; i++) {
        sum += gain->keys[i].power;
        if (!is_fixable(own->policy, &gain->keys[i]))
            left += gain->keys[i].power;
    }
    gain->nanonats = (int64_t)(own_unit_total(own, sum) - own_unit_total(own, left));
}

static Str action_of(FindingKind kind)
{
    if (finding_kind_is_cve(kind))
        return STR("upgrade");
    return kind == KIND_SECRET || kind == KIND_MALWARE ? STR("remove") : STR("change");
}

/* The highest of the fixes that each finding's own branch has first: one upgrade that ends them all. */
static Str version_that_fixes(const Gain *gain)
{
    const Ecosystem *eco = ecosystem_find(first_of(gain)->eco);
    const VersionScheme *scheme = version_scheme_find(eco ? eco->scheme : STR("plain"));
    Str highest = {0};
    for (size_t i = 0; i < gain->count; i++)
        for (size_t k = 0; k < gain->keys[i].count; k++) {
            const StrVec *fixes = &gain->keys[i].entries[k].finding->fixed_in;
            bool higher =
                fixes->len && (highest.len == 0 ||
                               version_compare(scheme, fixes->at[0], highest) == VERSION_GREATER);
            highest = higher ? fixes->at[0] : highest;
        }
    return highest;
}

static void fix_add(const Gain *gain, int32_t score_after, Arena *arena, Score *out)
{
    const Finding *first = first_of(gain);
    BestFix *fix = vec_push(arena, &out->best_fixes);
    *fix = (BestFix){.kind = first->kind,
                     .eco = first->eco,
                     .unit = first->unit,
                     .action = action_of(first->kind),
                     .score_after = score_after};
    Str version = version_that_fixes(gain);
    if (version.len)
        *vec_push(arena, &fix->fixed_in) = version;
}

void own_best_fixes(const Own *own, int64_t total, size_t most, Arena *arena, Score *out)
{
    size_t units = 0;
    Gain *gains = arena_new_array(arena, Gain, own->keys.len);
    for (size_t i = 0, end; i < own->keys.len; i = end) {
        end = own_unit_end(own, i);
        gains[units] = (Gain){.keys = &own->keys.at[i], .count = end - i};
        gain_compute(own, &gains[units++]);
    }
    qsort(gains, units, sizeof *gains, gain_cmp);
    for (size_t i = 0; i < units && i < most && gains[i].nanonats > 0; i++) {
        total -= gains[i].nanonats;
        fix_add(&gains[i], score_shown(total), arena, out);
    }
}

void score_best_fixes(const Policy *policy, const Target *target, int64_t total, size_t most,
                      Arena *arena, Score *out)
{
    Own own;
    own_init(&own, policy, target, arena);
    own_best_fixes(&own, total, most, arena, out);
}

FindingVec score_findings_after(const Policy *policy, const FindingVec *findings,
                                const BestFix *fixes, size_t count, Arena *arena)
{
    FindingVec left = {0};
    for (size_t i = 0; i < findings->len; i++) {
        const Finding *f = &findings->at[i];
        bool done = false;
        for (size_t k = 0; k < count && !done; k++)
            done = fixes[k].kind == f->kind && str_eq(fixes[k].eco, f->eco) &&
                   str_eq(fixes[k].unit, f->unit) && can_be_fixed(policy, f);
        if (!done)
            *vec_push(arena, &left) = *f;
    }
    return left;
}
