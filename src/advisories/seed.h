/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"

/* The seed: what the sources say, as facts without prose, in files small enough to be committed.
 *
 * Each file is xz over lines of text; data/README.md, which lies beside them, describes the lines.
 *
 * What is known about single CVEs is kept for those that a record names, and for all of KEV. */
#define SEED_MAGIC STR("assay-seed 1")
enum { SEED_FILE_BYTES = 950000 };

/* Reads the feeds under `options->dir` and writes the seed's files into `out`, which must exist;
 * the same feeds give the same bytes. Files of an older seed there are removed. */
MUST_USE bool database_seed(const BuildOptions *options, Str out, Arena *arena, BuildReport *report,
                            Error *err);
