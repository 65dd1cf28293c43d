/* SPDX-License-Identifier: Apache-2.0 */
#include "results/merge.h"

#include <stdlib.h>

#include "results/join.h"

static int by_key(const void *a, const void *b)
{
    return finding_cmp(*(const Finding *const *)a, *(const Finding *const *)b);
}

static bool is_sorted(const FindingVec *list)
{
    for (size_t i = 1; i < list->len; i++)
        if (finding_cmp(&list->at[i - 1], &list->at[i]) >= 0)
            return false;
    return true;
}

/* Sorts the lists of a finding, so that one alone looks as if it were joined. */
static void tidy(const Policy *policy, Arena *arena, Finding *f)
{
    const Finding same = *f;
    finding_join(policy, arena, f, &same);
}

void results_merge(const Policy *policy, Arena *arena, const FindingVec *lists, size_t count,
                   FindingVec *out)
{
    Vec(const Finding *) all = {0};
    if (count == 1 && is_sorted(lists)) {
        *out = *lists;
        for (size_t i = 0; i < out->len; i++)
            tidy(policy, arena, &out->at[i]);
        return;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].len; k++)
            *vec_push(arena, &all) = &lists[i].at[k];
    if (all.len)
        qsort(all.at, all.len, sizeof *all.at, by_key);
    vec_reserve(arena, out, all.len);
    for (size_t i = 0, end; i < all.len; i = end) {
        Finding *group = &out->at[out->len];
        for (end = i; end < all.len && finding_cmp(all.at[i], all.at[end]) == 0; end++)
            group[end - i] = *all.at[end];
        tidy(policy, arena, group);
        /* in pairs, and pairs of pairs: one after the other would copy growing lists each time */
        for (size_t step = 1; step < end - i; step *= 2)
            for (size_t k = 0; k + step < end - i; k += 2 * step)
                finding_join(policy, arena, &group[k], &group[k + step]);
        out->len++;
    }
}
