/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "properties.h"
#include "test.h"

enum { SYSTEMS = 25000, MUTANT_SYSTEMS = 600 };

static const Policy *policy_get(Arena *arena)
{
    Error err = {0};
    const Policy *policy = NULL;
    REQUIRE_OK(policy_load((Str){0}, (Str){0}, arena, &policy, &err));
    return policy;
}

static const Variant real = {"real", score_own, score_split};

/* Four cases of 25,000 systems, so that they run side by side. */
static void check_real(uint64_t seed)
{
    Arena arena CLEANUP(arena_fini) = {0};
    uint32_t violations[PROPERTIES] = {0};
    properties_check(&real, policy_get(&arena), seed, SYSTEMS, violations);
    for (size_t i = 0; i < PROPERTIES; i++) {
        if (violations[i])
            fprintf(stderr, "%s: %u violations\n", property_names[i], violations[i]);
        CHECK(violations[i] == 0);
    }
}

TEST(properties_hold_1)
{
    check_real(1);
}

TEST(properties_hold_2)
{
    check_real(2000003);
}

TEST(properties_hold_3)
{
    check_real(4000037);
}

TEST(properties_hold_4)
{
    check_real(6000011);
}

/* ---- mutants: plausible other ways to do it, each of which breaks a promise ---- */

static FindingVec copy_of(const Target *target, Arena *arena)
{
    FindingVec copy = {0};
    copy.at = arena_new_array(arena, Finding, target->count);
    copy.cap = target->count;
    for (size_t i = 0; i < target->count; i++)
        copy.at[copy.len++] = target->findings[i];
    return copy;
}

static void own_of(const Policy *policy, const Target *target, const FindingVec *findings,
                   Arena *arena, ShareVec *out)
{
    Target changed = *target;
    changed.findings = findings->at;
    changed.count = findings->len;
    score_own(policy, &changed, arena, out);
}

static void own_per_root_of_n(const Policy *policy, const Target *target, Arena *arena,
                              ShareVec *out)
{
    score_own(policy, target, arena, out);
    for (size_t i = 0; i < out->len; i++)
        out->at[i].nanonats = (int64_t)((double)out->at[i].nanonats /
                                        sqrt((double)(target->count ? target->count : 1)));
}

static void own_last_report_wins(const Policy *policy, const Target *target, Arena *arena,
                                 ShareVec *out)
{
    FindingVec kept = {0};
    for (size_t i = 0; i < target->count; i++) {
        size_t k = i + 1;
        while (k < target->count && finding_cmp(&target->findings[i], &target->findings[k]) != 0)
            k++;
        if (k == target->count)
            *vec_push(arena, &kept) = target->findings[i];
    }
    own_of(policy, target, &kept, arena, out);
}

/* Each report gets the mean confidence of all scanners of its key. */
static void own_mean_confidence(const Policy *policy, const Target *target, Arena *arena,
                                ShareVec *out)
{
    FindingVec changed = copy_of(target, arena);
    for (size_t i = 0; i < changed.len; i++) {
        SeenBy *mean = arena_new(arena, SeenBy);
        double sum = 0, count = 0;
        for (size_t k = 0; k < target->count; k++)
            if (finding_cmp(&target->findings[i], &target->findings[k]) == 0)
                for (size_t s = 0; s < target->findings[k].inputs.seen.len; s++, count++)
                    sum += target->findings[k].inputs.seen.at[s].confidence;
        *mean = (SeenBy){STR("mean"), count > 0 ? sum / count : .9};
        changed.at[i].inputs.seen.at = mean;
        changed.at[i].inputs.seen.len = changed.at[i].inputs.seen.cap = 1;
    }
    own_of(policy, target, &changed, arena, out);
}

static void own_without_merge(const Policy *policy, const Target *target, Arena *arena,
                              ShareVec *out)
{
    FindingVec changed = copy_of(target, arena);
    for (size_t i = 0; i < changed.len; i++)
        changed.at[i].id = arena_printf(arena, STR_FMT "#%zu", STR_ARG(changed.at[i].id), i);
    own_of(policy, target, &changed, arena, out);
}

static int32_t split_by_rounding(ShareVec *shares, Arena *arena)
{
    int32_t exact = score_split(shares, arena);
    double total = (double)score_total(shares);
    for (size_t i = 0; i < shares->len && total > 0; i++)
        shares->at[i].points = (int32_t)lround(exact * (double)shares->at[i].nanonats / total);
    return exact;
}

static const struct {
    Variant variant;
    Property caught_by[2]; /* PROPERTIES: no more */
} mutants[] = {
    {{"divide by sqrt(n)", own_per_root_of_n, score_split}, {MONOTONE, FIX}},
    {{"the last report wins", own_last_report_wins, score_split}, {ORDER, PROPERTIES}},
    {{"mean confidence", own_mean_confidence, score_split}, {AGREE, PROPERTIES}},
    {{"no merge", own_without_merge, score_split}, {DUPLICATE, PROPERTIES}},
    {{"points rounded one by one", score_own, split_by_rounding}, {DECOMPOSE, PROPERTIES}},
};

TEST(properties_catch_mutants)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const Policy *policy = policy_get(&arena);
    for (size_t i = 0; i < COUNT_OF(mutants); i++) {
        uint32_t violations[PROPERTIES] = {0};
        properties_check(&mutants[i].variant, policy, 7, MUTANT_SYSTEMS, violations);
        for (size_t k = 0; k < COUNT_OF(mutants[i].caught_by); k++) {
            Property property = mutants[i].caught_by[k];
            if (property == PROPERTIES)
                continue;
            printf("%s: %s %u of %d\n", mutants[i].variant.name, property_names[property],
                   violations[property], MUTANT_SYSTEMS);
            CHECK(violations[property] > 0);
        }
    }
}
