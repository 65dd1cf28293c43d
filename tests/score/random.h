/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "score/score.h"

/* Random systems as the reference model draws them: small worlds of ids and units, so that keys
 * collide, and reports that leave things out. */
typedef struct Random {
    uint64_t state;
} Random;

uint32_t random_below(Random *r, uint32_t limit);
double random_unit(Random *r); /* [0, 1) */
bool random_chance(Random *r, double p);

void random_finding(Random *r, Arena *arena, Finding *out);
void random_findings(Random *r, Arena *arena, uint32_t most, FindingVec *out);
void random_context(Random *r, const Policy *policy, Arena *arena, Context *out);
void random_fixed(Random *r, Arena *arena, StrVec *out);
void random_shuffle(Random *r, FindingVec *findings);
