/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "score/score.h"

/* What the parts of the score share. */

enum { RESOLVED_MAX = 256 };

/* The context's words found in the policy, once for all findings of a target. */
typedef struct ResolvedContext {
    const ContextValue *values[RESOLVED_MAX];
    size_t count;
    const ContextValue *code[CODE_STATES], *fix[FIX_STATES];
} ResolvedContext;

void context_resolve(const Policy *policy, const Context *context, ResolvedContext *out);
void hazard_compute(const Policy *policy, const ResolvedContext *context, FindingKind kind,
                    const FindingInputs *inputs, Hazard *out);
/* Fills in what is not known. */
void inputs_complete(const Policy *policy, FindingInputs *in);

/* A finding that counts, and where it stands in its target. */
typedef struct Entry {
    const Finding *finding;
    uint32_t index;
} Entry;

/* One flaw of one unit: the reports of one key, joined. */
typedef struct OwnKey {
    const Entry *entries;
    size_t count;
    double power; /* h^alpha */
} OwnKey;

/* What a target has itself, by unit and then by id; masked findings are left out. */
typedef struct Own {
    const Policy *policy;
    Vec(OwnKey) keys;
} Own;

void own_init(Own *own, const Policy *policy, const Target *target, Arena *arena);
/* By kind, ecosystem and unit. */
int finding_unit_cmp(const Finding *a, const Finding *b);
/* Where the unit ends that begins with this key. */
size_t own_unit_end(const Own *own, size_t from);
/* The nano-nats of a unit, from the sum of its keys' powers; a whole number. */
double own_unit_total(const Own *own, double sum);
/* Adds the shares, and those of increments. */
void own_share(const Own *own, const StrVec *fixed, Arena *arena, ShareVec *out);
/* As score_best_fixes. */
void own_best_fixes(const Own *own, int64_t total, size_t most, Arena *arena, Score *out);
