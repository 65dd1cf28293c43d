/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "scanners/builtin/match.h"

/* Of the subject's distribution. */
typedef struct EolState {
    bool known, past, extended; /* past: free support has ended; extended: but for a free LTS */
    Date date;                  /* the end of free support; DATE_NONE where only `past` is known */
} EolState;

/* Finds of kind config "eol:PRODUCT:VERSION" for the distribution and for runtimes that no
 * distribution looks after; a note where the distribution has ended, since then few findings mean
 * little (rule 61). Nothing for what has no known end. */
void eol_match(const Inventory *inventory, const Database *db, const MatchOptions *options,
               Arena *arena, EolState *state, FindingVec *out, NoteVec *notes);
