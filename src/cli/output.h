/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cli/options.h"
#include "model/result.h"
#include "policy/policy.h"

/* Every --format is known, and at most one goes to standard output. For before the work starts. */
MUST_USE bool outputs_check(const Options *options, Arena *arena, Error *err);
/* Does one of them, all known, list masked findings? */
bool outputs_masked(const Options *options);
/* Writes the result in every format that was asked for (table where none was). */
MUST_USE bool outputs_write(const Options *options, const Policy *policy, Arena *arena,
                            const Result *result, Error *err);

/* For commands that print instead of reporting: table or json (of the first --format, ERR_USAGE for
 * another one), and what is printed between begin and end goes to its -o, where it has one. `done`:
 * all was printed; else nothing is written. */
MUST_USE bool print_begin(const Options *options, bool *json, Error *err);
MUST_USE bool print_end(const Options *options, bool done, Error *err);
