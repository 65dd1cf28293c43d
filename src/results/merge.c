/* SPDX-License-Identifier: Apache-2.0 */
#include "results/merge.h"

#include <stdlib.h>

#include "results/join.h"

static int by_key(const void *a, const void *b)
{
    return finding_cmp(a, b);
}

void results_merge(const Policy *policy, Arena *arena, const FindingVec *lists, size_t count,
                   FindingVec *out)
{
    FindingVec all = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].len; k++)
            *vec_push(arena, &all) = lists[i].at[k];
    if (all.len)
        qsort(all.at, all.len, sizeof *all.at, by_key);
    for (size_t i = 0, end; i < all.len; i = end) {
        const Finding first = all.at[i];
        finding_join(policy, arena, &all.at[i],
                     &first); /* sorts its lists, so that one alone looks alike */
        for (end = i + 1; end < all.len && finding_cmp(&all.at[i], &all.at[end]) == 0;)
            end++;
        /* in pairs, and pairs of pairs: one after the other would copy growing lists each time */
        for (size_t step = 1; step < end - i; step *= 2)
            for (size_t k = i; k + step < end; k += 2 * step)
                finding_join(policy, arena, &all.at[k], &all.at[k + step]);
        *vec_push(arena, out) = all.at[i];
    }
}
