/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/result.h"
#include "policy/policy.h"

/* What every report for people says: the same words and figures on the terminal and on the page. */

/* The part of the score that one component brings: its points add up over all parts to `exact`. */
typedef struct Part {
    Str name;       /* a kind, "fixed", "host", a container's name */
    int64_t points; /* tenths */
    double score;   /* of the component alone, 0-1000 */
    size_t count;   /* of contributions */
} Part;

/* What a layer brought: packages, and the findings whose first package or place came with it. */
typedef struct LayerTally {
    size_t packages, findings;
    int64_t points; /* tenths */
} LayerTally;

typedef struct Summary {
    const Result *result;
    size_t count;          /* of findings that are not masked */
    const Finding **order; /* those: by points, severity, id */
    size_t masked_count;
    size_t hidden_count;    /* of masked findings, those that the result has only counted too */
    const Finding **masked; /* in the order of the findings */
    size_t severities[SEVERITIES]; /* of those that are not masked */
    size_t kev;
    Vec(Part) parts; /* most points first */
    Vec(LayerTally) layers;
} Summary;

void summary_of(Arena *arena, const Result *result, Summary *out);

/* "KEV, ransomware, EPSS 0.43, critical": why it has its points, the strongest first. */
Str finding_reason(Arena *arena, const Finding *f);
/* "; root x1.2, fix available x1.1": what the context made of it; empty without a policy. */
Str finding_effects(Arena *arena, const Result *result, const Policy *policy, const Finding *f);
/* "openssl", "openssl and 2 more", a path with its line, or the unit. */
Str finding_where(Arena *arena, const Result *result, const Finding *f);
Str finding_installed(const Result *result, const Finding *f); /* the first package's version */
Str finding_fixed_in(const Finding *f);                        /* the first, or a status in words */
/* "KEV 2025-10-04", a day, or empty. */
Str finding_due(Arena *arena, const Finding *f);

Str contribution_component(const Contribution *c);
/* "CVE-2024-6119 openssl"; what has no finding here is named by its key. */
Str contribution_label(Arena *arena, const Result *result, const Contribution *c);
Str contribution_reason(Arena *arena, const Result *result, const Policy *policy,
                        const Contribution *c);

/* "upgrade openssl, libssl3 to 3.0.13-1" */
Str fix_words(Arena *arena, const BestFix *fix);
/* "database 3f9a built 2026-06-28, 2 days old": what the result rests on and how old it is. */
Str data_words(Arena *arena, const Result *result);
bool data_is_old(const Result *result); /* older than a month, or the seed, or of unknown age */
/* "Debian 12, only extended support since 2026-06-10" */
Str os_words(Arena *arena, const Result *result);
/* "58 findings in 45 packages: 3 critical, 20 high; 4 masked" */
Str found_words(Arena *arena, const Summary *summary, bool severities);
Str context_words(Arena *arena, const Result *result);
/* Why there is no number, or empty. */
Str unknown_words(const Result *result);
Str tenths_str(Arena *arena, int64_t tenths); /* "12.4" */
