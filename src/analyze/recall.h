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
 * latest is kept: who scans each night needs no older one.
 *
 * An inventory is kept in two parts: symbols of executables are most of its bytes, and serve matching
 * alone. A result is kept without its inventory, and holds for that one. */
typedef struct InventoryMark {
    bool kept;
    uint64_t sum; /* of its bytes */
} InventoryMark;

/* What an engine said the last time that the name stands for: `out` has what the functions below ask
 * of an input, and nothing that would have to be closed. */
MUST_USE bool image_recall(const AnalyzeRequest *request, const SourceQuestion *question,
                           Arena *arena, SourceInput *out);
void image_keep(const AnalyzeRequest *request, const SourceInput *input);
/* Without symbols. */
MUST_USE bool inventory_recall(const AnalyzeRequest *request, const SourceInput *input,
                               Arena *arena, Inventory *out, InventoryMark *mark);
/* Of an inventory that was recalled; they live in the mapping, and inventory_is_damaged tells in the end
 * whether they were what was kept. */
MUST_USE bool symbols_recall(const AnalyzeRequest *request, const SourceInput *input, Arena *arena,
                             Mapping *mapping, Inventory *out);
void inventory_keep(const AnalyzeRequest *request, const SourceInput *input,
                    const Inventory *inventory, InventoryMark *mark);
/* `out` holds the inventory, and is not changed where no result is found. */
MUST_USE bool result_recall(const AnalyzeRequest *request, const SourceInput *input,
                            const InventoryMark *mark, Arena *arena, Result *out);
void result_keep(const AnalyzeRequest *request, const SourceInput *input, const InventoryMark *mark,
                 Arena *beside, const Result *result);
