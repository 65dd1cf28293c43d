/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/finding.h"
#include "policy/policy.h"

/* What two findings with one key say together. Every field is a join (a union, or the higher of a
 * total order), so that neither order nor repetition shows: commutative, associative, idempotent.
 * A mask of either side holds. `into` is changed, its lists are copied before they grow. */
void finding_join(const Policy *policy, Arena *arena, Finding *into, const Finding *other);
