/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "scanners/builtin/affected.h"
#include "scanners/builtin/match.h"

/* One record that says yes to a question. */
typedef struct Hit {
    const Advisory *advisory;
    Verdict verdict;
} Hit;

/* All that several records, which name one vulnerability, say in answer to one question. */
typedef struct Claim {
    const Inventory *inventory;
    const Question *question;
    Str where;       /* question_where of it */
    const Hit *hits; /* of one id, in the order of their records */
    size_t count;
    const Vulnerability *vulnerability; /* NULL where the database knows nothing more */
    const MatchOptions *options;
} Claim;

/* For people: which packages a question is about, and where they lie. */
Str question_where(const Inventory *inventory, const Question *question, Arena *arena);
/* What the claim points to may go afterwards, but for the inventory's, the database's and the
 * question's. `brief` holds what is not kept. */
void finding_describe(const Claim *claim, Arena *arena, Arena *brief, Finding *out);
/* Severity, its source and CVSS by authority (rule 52). */
void finding_rate(const Claim *claim, Arena *brief, Finding *out);
