/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/finding.h"
#include "policy/policy.h"

/* What several scanners found in one subject, as one list: findings with one key are joined, and
 * the list is sorted by finding_cmp. The same whatever the order of the lists and however often one
 * is given. `out`, empty before, takes over what the findings point to; of one list that is in
 * order it takes over the list. */
void results_merge(const Policy *policy, Arena *arena, const FindingVec *lists, size_t count,
                   FindingVec *out);
