/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cli/options.h"
#include "model/result.h"
#include "policy/policy.h"

/* What may follow `assay score RESULT.json`; each prints, as text or as JSON. */

/* explain [KEY|ID]: how points come about, factor by factor. */
MUST_USE bool score_explain(const Policy *policy, const Options *options, bool json, Arena *arena,
                            Result *result, Error *err);
/* fix [N]: the best fixes and the score after each. */
MUST_USE bool score_fix(const Policy *policy, const Options *options, bool json, Arena *arena,
                        Result *result, Error *err);
/* whatif UNIT|KEY=VALUE...: the score as if these units were fixed and this context held. */
MUST_USE bool score_whatif(const Policy *policy, const Options *options, bool json, Arena *arena,
                           Result *result, Error *err);
