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
    const Entry *entries; /* of the unit, sorted by id */
    size_t count;
    int64_t nanonats;
} Gain;

static int gain_cmp(const void *left, const void *right)
{
    const Gain *a = left, *b = right;
    if (a->nanonats != b->nanonats)
        return a->nanonats < b->nanonats ? 1 : -1;
    return finding_unit_cmp(a->entries->finding, b->entries->finding);
}

static int64_t hazard_of(const Own *own, const Entry *entries, size_t count)
{
    Arena arena CLEANUP(arena_fini) = {0};
    ShareVec shares = {0};
    entries_share(own, entries, count, &arena, &shares);
    return score_total(&shares);
}

/* Those that stay when the unit is acted on. Reports of one key join, also in whether there is a
 * fix. */
static size_t entries_left(const Own *own, const Entry *entries, size_t count, Entry *out)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < count; i = end) {
        bool fixable = false;
        for (end = i; end < count && str_eq(entries[end].finding->id, entries[i].finding->id);
             end++)
            fixable = fixable || can_be_fixed(own->policy, entries[end].finding);
        for (size_t k = i; k < end && !fixable; k++)
            out[kept++] = entries[k];
    }
    return kept;
}

static void gain_compute(const Own *own, Gain *gain)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Entry *rest = arena_new_array(&arena, Entry, gain->count);
    size_t kept = entries_left(own, gain->entries, gain->count, rest);
    gain->nanonats = kept == gain->count
                         ? 0
                         : hazard_of(own, gain->entries, gain->count) - hazard_of(own, rest, kept);
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
    const Ecosystem *eco = ecosystem_find(gain->entries->finding->eco);
    const VersionScheme *scheme = version_scheme_find(eco ? eco->scheme : STR("plain"));
    Str highest = {0};
    for (size_t i = 0; i < gain->count; i++) {
        const StrVec *fixes = &gain->entries[i].finding->fixed_in;
        bool higher =
            fixes->len &&
            (highest.len == 0 || version_compare(scheme, fixes->at[0], highest) == VERSION_GREATER);
        highest = higher ? fixes->at[0] : highest;
    }
    return highest;
}

static void fix_add(const Gain *gain, int32_t score_after, Arena *arena, Score *out)
{
    const Finding *first = gain->entries->finding;
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

void score_best_fixes(const Policy *policy, const Target *target, int64_t total, size_t most,
                      Arena *arena, Score *out)
{
    Own own;
    Entry *entries;
    size_t count = entries_of(target, arena, &entries), units = 0;
    Gain *gains = arena_new_array(arena, Gain, count);
    own_init(&own, policy, target->context);
    for (size_t i = 0; i < count;) {
        Gain *gain = &gains[units++];
        *gain = (Gain){.entries = &entries[i]};
        for (; i < count && finding_unit_cmp(gain->entries->finding, entries[i].finding) == 0; i++)
            gain->count++;
        gain_compute(&own, gain);
    }
    qsort(gains, units, sizeof *gains, gain_cmp);
    for (size_t i = 0; i < units && i < most && gains[i].nanonats > 0; i++) {
        total -= gains[i].nanonats;
        fix_add(&gains[i], score_shown(total), arena, out);
    }
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
