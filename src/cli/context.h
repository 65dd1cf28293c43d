/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cli/options.h"
#include "model/context.h"
#include "policy/policy.h"

/* The policy of --policy FILE over the default, or the default. */
MUST_USE bool option_policy(const Options *options, Arena *arena, const Policy **out, Error *err);
/* What --context said, in its order: "key=value", or a TOML file of properties; later ones win. The
 * key "fixed" names increments that are active. Checked against the policy. */
MUST_USE bool option_context(const Options *options, const Policy *policy, Arena *arena,
                             Context *out, StrVec *fixed, Error *err);

/* --fail-on: a level of the policy or a score. */
typedef struct Threshold {
    bool given;
    int32_t score;
} Threshold;
MUST_USE bool option_threshold(const Options *options, const Policy *policy, Threshold *out,
                               Error *err);

/* Today, unless --as-of says otherwise. */
Date option_as_of(const Options *options);
