/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "model/finding.h"

/* What a score is made of and how it explains itself. Hazards are integer nano-nats, so that sums
 * are exact and do not depend on order. */

typedef struct Component {
    Str name;     /* a kind, "fixed", "host", or a container's name */
    double score; /* 0-1000 */
} Component;

typedef struct Contribution {
    Str key; /* "kind/id/eco/unit", "fixed/NAME//NAME", "host/..." */
    int64_t nanonats;
    int32_t points;   /* tenths; all of them add up to Score.exact */
    uint32_t finding; /* index into the findings, or UINT32_MAX for an increment or inherited one */
} Contribution;

typedef struct BestFix {
    FindingKind kind;
    Str eco, unit;
    Str action;          /* "upgrade", "change", "remove" */
    StrVec packages;     /* names of the packages that carry it */
    StrVec fixed_in;     /* the one version that ends all its findings that have a fix, or none */
    int32_t score_after; /* integer score once this and all fixes above it are done */
} BestFix;

typedef struct Score {
    bool known;                      /* false: level UNKNOWN, no number */
    int64_t raw;                     /* nano-nats */
    int32_t combined;                /* 0-1000 */
    int32_t exact;                   /* tenths */
    Str level;                       /* UNKNOWN NONE LOW MEDIUM HIGH SEVERE */
    StrVec fixed;                    /* increments that count */
    Vec(Component) components;       /* sorted by name */
    Vec(Contribution) contributions; /* most first */
    Vec(BestFix) best_fixes;         /* best first */
} Score;
