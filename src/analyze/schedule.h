/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/layer_work.h"

/* Called as a layer begins, by whichever thread reads it. */
typedef void LayersBegin(void *context, const LayerWork *work);

/* Runs all works, the largest layer first, on as many processors as there are; `alone`: one after
 * the other, by the caller. False with the error of the first (in the image's order) that is not ok.
 */
MUST_USE bool layers_read(LayerWork *works, size_t count, bool alone, Arena *arena,
                          LayersBegin *begin, void *context, Error *err);
