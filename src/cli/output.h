/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "cli/options.h"
#include "model/result.h"

/* Every --format is known, and at most one goes to standard output. For before the work starts. */
MUST_USE bool outputs_check(const Options *options, Arena *arena, Error *err);
/* Writes the result in every format that was asked for (table where none was). */
MUST_USE bool outputs_write(const Options *options, const Result *result, Error *err);
