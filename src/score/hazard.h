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

/* What a target's own hazard is computed with, its context's words looked up once. */
typedef struct Own {
    const Policy *policy;
    ResolvedContext context;
} Own;

void own_init(Own *own, const Policy *policy, const Context *context);
/* By kind, ecosystem and unit. */
int finding_unit_cmp(const Finding *a, const Finding *b);
/* Those that are not masked, by unit and then by id. */
size_t entries_of(const Target *target, Arena *arena, Entry **out);
/* Adds the shares of sorted entries. */
void entries_share(const Own *own, const Entry *entries, size_t count, Arena *arena, ShareVec *out);
