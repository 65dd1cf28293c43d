/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "model/inventory.h"
#include "policy/policy.h"

/* The built-in scanner: an inventory against the vulnerability database, by the rules that
 * docs/matching-rules.md numbers. */
typedef struct MatchOptions {
    const Policy *policy; /* confidences, words of severity, levels */
    Date as_of;           /* ages and ends of life count from it */
    Str running_kernel;   /* "6.1.0-18-amd64" of the host the subject is; empty: not known (rule 68)
                           */
    uint64_t *masked;     /* for who shows no masked finding: where it is plain beforehand that one
                           is, it is counted here and left out; NULL: all are described */
} MatchOptions;

/* Adds to `out` in no particular order, at most one finding a key; to `incomplete` what no data
 * speaks about. What it adds points into the inventory and the database, and lives as long as both
 * and the arena. */
void builtin_match(const Inventory *inventory, const Database *db, const MatchOptions *options,
                   Arena *arena, FindingVec *out, NoteVec *incomplete);
