/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "score/score.h"

/* From hazards to what is shown. The score is split by the Aumann-Shapley shares of S along the
 * diagonal, S n / H, in exact integers: points always add up to the score. */

int64_t score_total(const ShareVec *shares)
{
    int64_t total = 0;
    for (size_t i = 0; i < shares->len; i++)
        if (__builtin_add_overflow(total, shares->at[i].nanonats, &total))
            return INT64_MAX;
    return total;
}

double score_of_nanonats(int64_t nanonats)
{
    return 1000 * (1 - exp(-(double)nanonats / 1e9));
}

int32_t score_shown(int64_t nanonats)
{
    if (nanonats <= 0)
        return 0;
    int32_t rounded = (int32_t)(score_of_nanonats(nanonats) + .5);
    return rounded > 1 ? rounded : 1;
}

static int key_cmp(const ShareKey *a, const ShareKey *b)
{
    for (uint32_t i = 0; i < a->parts && i < b->parts; i++) {
        int order = str_cmp(a->part[i], b->part[i]);
        if (order)
            return order;
    }
    return (a->parts > b->parts) - (a->parts < b->parts);
}

typedef struct Rest {
    Share *share;
    int64_t rest;
} Rest;

static int rest_cmp(const void *left, const void *right)
{
    const Rest *a = left, *b = right;
    if (a->rest != b->rest)
        return a->rest < b->rest ? 1 : -1;
    return key_cmp(&a->share->key, &b->share->key);
}

static int shown_cmp(const void *left, const void *right)
{
    const Share *a = left, *b = right;
    if (a->points != b->points)
        return a->points < b->points ? 1 : -1;
    return key_cmp(&b->key, &a->key);
}

__extension__ typedef unsigned __int128 Wide;

int32_t score_split(ShareVec *shares, Arena *arena)
{
    int64_t total = score_total(shares);
    int32_t exact = (int32_t)llround(score_of_nanonats(total) * 10), left = exact;
    Rest *rests = arena_new_array(arena, Rest, shares->len);
    if (total <= 0)
        return 0;
    for (size_t i = 0; i < shares->len; i++) {
        Share *share = &shares->at[i];
        Wide part = (Wide)(uint32_t)exact * (uint64_t)share->nanonats;
        share->points = (int32_t)(part / (uint64_t)total);
        rests[i] = (Rest){share, (int64_t)(part % (uint64_t)total)};
        left -= share->points;
    }
    qsort(rests, shares->len, sizeof *rests, rest_cmp);
    for (size_t i = 0; i < shares->len && left > 0; i++, left--)
        rests[i].share->points++;
    qsort(shares->at, shares->len, sizeof *shares->at, shown_cmp);
    return exact;
}
