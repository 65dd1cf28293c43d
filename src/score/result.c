/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/map.h"
#include "score/hazard.h"

/* The score of a whole result: what it has itself, and what reaches it from beneath, from above or
 * from its members. */

void score_set_unknown(Score *score)
{
    *score = (Score){.known = false, .level = STR("UNKNOWN")};
}

static bool names_check(const char *what, const StrVec *names, size_t (*find)(Str), Error *err)
{
    for (size_t i = 0; i < names->len; i++)
        if (find(names->at[i]) == POLICY_NONE)
            return error_set(err, ERR_USAGE, "unknown %s '" STR_FMT "'", what,
                             STR_ARG(str_head(names->at[i], 60)));
    return true;
}

static bool side_check(const Policy *policy, const VerticalSide *side, Error *err)
{
    return policy_context_check(policy, &side->context, err) &&
           names_check("increment", &side->fixed, policy_fixed_find, err) &&
           names_check("escape flag", &side->escape, policy_escape_find, err);
}

static bool words_check(const Policy *policy, const Result *r, Error *err)
{
    const Vertical *v = &r->vertical;
    if (!policy_context_check(policy, &r->context, err) ||
        !names_check("increment", &r->fixed, policy_fixed_find, err) ||
        !names_check("escape flag", &v->escape, policy_escape_find, err) ||
        !side_check(policy, &v->host, err))
        return false;
    for (size_t i = 0; i < v->containers.len; i++)
        if (!side_check(policy, &v->containers.at[i], err))
            return error_within(err, "container " STR_FMT, STR_ARG(v->containers.at[i].name));
    return true;
}

static Target target_of(const FindingVec *findings, const Context *context, const StrVec *fixed,
                        Date as_of)
{
    return (Target){.findings = findings->at,
                    .count = findings->len,
                    .context = context,
                    .fixed = fixed,
                    .as_of = as_of};
}

static void side_own(const Policy *policy, const VerticalSide *side, Date as_of, Arena *arena,
                     ShareVec *out)
{
    Target target = target_of(&side->findings, &side->context, &side->fixed, as_of);
    score_own(policy, &target, arena, out);
}

/* The members' shares of the norm over them (Euler's theorem again); the largest takes what
 * rounding leaves. */
static void members_add(const Policy *policy, const Vertical *v, Arena *arena, ShareVec *shares)
{
    size_t count = v->members.len, largest = 0, before = shares->len;
    int64_t *raw = arena_new_array(arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        raw[i] = v->members.at[i].raw > 0 ? v->members.at[i].raw : 0;
        largest = raw[i] > raw[largest] ? i : largest;
    }
    int64_t total = score_application(policy, raw, count), left = total;
    for (size_t i = 0; i < count && total > 0; i++) {
        double part = pow((double)raw[i] / (double)total, policy->beta_app);
        Share *share = vec_push(arena, shares);
        *share = (Share){.key = {.part = {v->members.at[i].name}, .parts = 1},
                         .nanonats = (int64_t)((double)total * part),
                         .finding = UINT32_MAX};
        left -= share->nanonats;
    }
    if (total > 0)
        shares->at[before + largest].nanonats += left;
}

static void vertical_add(const Policy *policy, const Result *r, Arena *arena, ShareVec *shares)
{
    const Vertical *v = &r->vertical;
    ShareVec own;
    if (v->has_host) {
        side_own(policy, &v->host, r->as_of, arena, &own);
        score_inherit(policy, &own, score_escape(policy, &v->escape), arena, shares);
    }
    for (size_t i = 0; i < v->containers.len; i++) {
        const VerticalSide *side = &v->containers.at[i];
        side_own(policy, side, r->as_of, arena, &own);
        score_ascend(&own, side->name, score_escape(policy, &side->escape), arena, shares);
    }
    members_add(policy, v, arena, shares);
}

/* Sorted by name. */
static void component_add(Arena *arena, Score *score, Str name, double nanonats)
{
    size_t i = 0;
    while (i < score->components.len && str_cmp(score->components.at[i].name, name) < 0)
        i++;
    if (i == score->components.len || !str_eq(score->components.at[i].name, name)) {
        vec_push(arena, &score->components);
        for (size_t k = score->components.len - 1; k > i; k--)
            score->components.at[k] = score->components.at[k - 1];
        score->components.at[i] = (Component){.name = name};
    }
    score->components.at[i].score += nanonats;
}

static Str key_text(Arena *arena, const ShareKey *key)
{
    Str parts[2 * COUNT_OF(key->part)] = {key->part[0]};
    size_t count = 1;
    for (uint32_t i = 1; i < key->parts; i++) {
        parts[count++] = STR("/");
        parts[count++] = key->part[i];
    }
    return arena_concat(arena, parts, count);
}

static void fill(const ShareVec *shares, Arena *arena, Result *r)
{
    for (size_t i = 0; i < r->findings.len; i++)
        r->findings.at[i].points = 0;
    vec_reserve(arena, &r->score.contributions, shares->len);
    for (size_t i = 0; i < shares->len; i++) {
        const Share *share = &shares->at[i];
        *vec_push(arena, &r->score.contributions) =
            (Contribution){.key = key_text(arena, &share->key),
                           .nanonats = share->nanonats,
                           .points = share->points,
                           .finding = share->finding};
        if (share->finding != UINT32_MAX)
            r->findings.at[share->finding].points = share->points;
    }
}

/* Which packages carry a unit, by their names. */
static void fixes_name_packages(const Result *r, Arena *arena, BestFix *fix)
{
    Map seen;
    map_init(&seen, arena);
    for (size_t i = 0; i < r->findings.len; i++) {
        const Finding *f = &r->findings.at[i];
        if (f->kind != fix->kind || !str_eq(f->eco, fix->eco) || !str_eq(f->unit, fix->unit))
            continue;
        for (size_t k = 0; k < f->packages.len; k++) {
            if (f->packages.at[k] >= r->inventory.packages.len)
                continue;
            Str name = r->inventory.packages.at[f->packages.at[k]].name;
            if (map_has(&seen, name))
                continue;
            *map_get(&seen, name) = fix;
            *vec_push(arena, &fix->packages) = name;
        }
    }
}

static void increments_list(const StrVec *fixed, Arena *arena, Score *score)
{
    for (size_t i = 0; i < POLICY_FIXED; i++)
        for (size_t k = 0; k < fixed->len; k++)
            if (str_eq(fixed->at[k], policy_fixed_name(i))) {
                *vec_push(arena, &score->fixed) = policy_fixed_name(i);
                break;
            }
}

bool score_result(const Policy *policy, Arena *arena, Result *result, Error *err)
{
    Own own;
    ShareVec shares;
    Score *score = &result->score;
    if (result->fixed.len == 0)
        result->fixed = score->fixed;
    if (!words_check(policy, result, err))
        return false;
    Target target = target_of(&result->findings, &result->context, &result->fixed, result->as_of);
    own_init(&own, policy, &target, arena);
    own_share(&own, target.fixed, arena, &shares);
    vertical_add(policy, result, arena, &shares);
    *score = (Score){.known = true, .raw = score_total(&shares)};
    score->combined = score_shown(score->raw);
    score->level = policy_band(policy, score->combined);
    score->exact = score_split(&shares, arena);
    for (size_t i = 0; i < shares.len; i++)
        component_add(arena, score, shares.at[i].key.part[0], (double)shares.at[i].nanonats);
    for (size_t i = 0; i < score->components.len; i++)
        score->components.at[i].score = score_of_nanonats((int64_t)score->components.at[i].score);
    fill(&shares, arena, result);
    increments_list(&result->fixed, arena, score);
    own_best_fixes(&own, score->raw, SCORE_BEST_FIXES, arena, score);
    for (size_t i = 0; i < score->best_fixes.len; i++)
        fixes_name_packages(result, arena, &score->best_fixes.at[i]);
    result->policy_hash = policy->hash;
    result->model = STR("1");
    return true;
}
