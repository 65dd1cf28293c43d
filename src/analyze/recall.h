/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/analyze.h"
#include "sources/source.h"

/* What the cache keeps of a whole image that an engine names by its content: what was read from it,
 * and what was concluded from that. The engine's bytes were not verified, so these entries serve
 * images of engines only. What is not wholly known is not kept: more may be found the next time.
 *
 * An inventory holds for one version of the catalogers. A result holds for one build of the program
 * and for everything it was computed from: image, name, platform, database, policy, context, day, libc.
 * A second look at an image costs no matching then. Of one image, name and kind of report only the
 * latest is kept: who scans each night needs no older one. */
MUST_USE bool inventory_recall(const AnalyzeRequest *request, const SourceInput *input,
                               Arena *arena, Inventory *out);
void inventory_keep(const AnalyzeRequest *request, const SourceInput *input,
                    const Inventory *inventory);
MUST_USE bool result_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                            Result *out);
void result_keep(const AnalyzeRequest *request, const SourceInput *input, const Result *result);
