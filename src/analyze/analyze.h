/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "analyze/cache.h"
#include "base/limits.h"
#include "model/result.h"
#include "policy/policy.h"

/* The conductor: runs the pipeline for one subject and wires the floors. */
typedef struct AnalyzeRequest {
    Str target, platform;
    Limits limits;
    Cache cache;
    const Database *db;
    const Policy *policy;
    Context context; /* what the user said */
    StrVec fixed;    /* increments that are active */
    Date as_of;
    bool masked; /* masked findings are shown: without, some are counted alone (Result.masked) */
} AnalyzeRequest;

/* Opens, reads in a sandboxed child, matches, merges and scores. Strings of *out live on the arena
 * or in the database, which must stay open. */
MUST_USE bool analyze_target(const AnalyzeRequest *request, Arena *arena, Result *out, Error *err);

/* The inventory alone. */
MUST_USE bool analyze_inventory(const AnalyzeRequest *request, Arena *arena, Inventory *out,
                                Error *err);
