/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/finding.h"

/* What two findings with one key say together. Every field is a join (a union, or the higher of a
 * total order), so that neither order nor repetition shows: commutative, associative, idempotent.
 * A mask of either side holds. `into` is changed, its lists are copied before they grow. */
void finding_join(Arena *arena, Finding *into, const Finding *other);
/* What a report leaves out takes the cautious middle before it is joined with what another says. */
void inputs_join(Arena *arena, FindingInputs *into, const FindingInputs *other);

/* Used by both. */
int number_order(double a, double b);
int severity_rank(Severity severity); /* unknown stands between low and medium */
/* Sorts and drops what equals its predecessor; gives the new length. */
size_t sort_unique(void *items, size_t count, size_t size,
                   int (*order)(const void *, const void *));
/* Both lists as one, sorted and without repetition. */
#define JOIN_LIST(arena, into, other, order)                                                       \
    do {                                                                                           \
        (into)->cap = (into)->len; /* growing copies, and leaves the original alone */             \
        for (size_t join_i = 0; join_i < (other)->len; join_i++)                                   \
            *vec_push((arena), (into)) = (other)->at[join_i];                                      \
        (into)->len = sort_unique((into)->at, (into)->len, sizeof *(into)->at, (order));           \
    } while (0)
