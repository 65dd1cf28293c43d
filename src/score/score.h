/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/error.h"
#include "model/result.h"
#include "policy/policy.h"

/* The threat score. Hazards are integer nano-nats: whatever is added up is exact, and no order of
 * the findings changes it. H is a target's raw threat, S = 1000 (1 - e^-H) its score. */

/* ---- one finding ---- */

/* Joins what another report says of the same finding, field by field, towards the more worrying;
 * what neither says is `missing` of the policy. A semilattice: any order, any number of times. */
void finding_inputs_join(const Policy *policy, Arena *arena, FindingInputs *into,
                         const FindingInputs *other);

/* A context value that acts on the finding, for "internet x1.5". */
typedef struct AppliedEffect {
    Str property, value;
    double multiplier;
} AppliedEffect;

enum { EFFECTS_MAX = 64 };

typedef struct Hazard {
    double likelihood, impact, confidence;
    double base; /* nats, before weight and context */
    double weight;
    double multiplier; /* of all effects together, clamped */
    double nats;       /* weight * multiplier * base */
    AppliedEffect effects[EFFECTS_MAX];
    size_t effect_count;
} Hazard;

/* How the hazard of one finding comes about. */
void finding_hazard(const Policy *policy, const Context *context, FindingKind kind,
                    const FindingInputs *inputs, Hazard *out);

/* ---- one target ---- */

/* A contribution's key, part by part: compared so, shown joined by slashes. */
typedef struct ShareKey {
    Str part[5];
    uint32_t parts;
} ShareKey;

typedef struct Share {
    /* kind, id, eco, unit; "fixed", NAME, "", NAME; "host" or a container's name first */
    ShareKey key;
    int64_t nanonats;
    uint32_t finding; /* index into the target's findings; UINT32_MAX for an increment */
    int32_t points;   /* tenths; set by score_split */
} Share;
typedef Vec(Share) ShareVec;

typedef struct Target {
    const Finding *findings; /* in any order; equal keys are joined, masked ones left out */
    size_t count;
    const Context *context;
    const StrVec *fixed; /* names of increments */
    Date as_of;          /* masks end */
} Target;

/* The target's own hazard as exact shares, sorted by unit and key, increments last. */
void score_own(const Policy *policy, const Target *target, Arena *arena, ShareVec *out);
int64_t score_total(const ShareVec *shares);
double score_of_nanonats(int64_t nanonats); /* 0-1000 */
int32_t score_shown(int64_t nanonats); /* the integer on the card: at least 1 if anything counts */
/* Tenths of the exact score to each share, by largest remainder, so that they add up to what is
 * returned. Shares are then in the order in which they are shown: most points first. */
int32_t score_split(ShareVec *shares, Arena *arena);

/* ---- across a host and its containers, and over an application ---- */

/* 1 - the chance that none of the flags lets anything through; unknown flags count nothing. */
double score_escape(const Policy *policy, const StrVec *flags);
/* What a container inherits from its host's own hazard. */
void score_inherit(const Policy *policy, const ShareVec *host, double escape, Arena *arena,
                   ShareVec *out);
/* What a host takes on from a container's own hazard. */
void score_ascend(const ShareVec *container, Str name, double escape, Arena *arena, ShareVec *out);
/* Of the hazards of its distinct images. */
int64_t score_application(const Policy *policy, const int64_t *members, size_t count);

/* ---- a whole result ---- */

enum { SCORE_BEST_FIXES = 10 };

/* Computes result->score and the findings' points from findings, context, fixed increments and
 * vertical relations. A result that was read from a file has its increments in score.fixed: they are
 * taken from there where result->fixed is empty. Sets policy_hash and model. ERR_USAGE for context
 * words, increments and escape flags that the policy does not know. */
MUST_USE bool score_result(const Policy *policy, Arena *arena, Result *result, Error *err);
/* UNKNOWN: no number, whatever was found. */
void score_set_unknown(Score *score);

/* Acting on a unit removes its findings that can be acted on: CVEs with a fix; settings, secrets,
 * files and behaviour always. Units by what that takes away, best first; gains add up over units,
 * so the first n are the best n there are. `total` is what the scores after are counted from. */
void score_best_fixes(const Policy *policy, const Target *target, int64_t total, size_t most,
                      Arena *arena, Score *out);
/* What remains once `fixes` are done: for what-if. */
FindingVec score_findings_after(const Policy *policy, const FindingVec *findings,
                                const BestFix *fixes, size_t count, Arena *arena);
