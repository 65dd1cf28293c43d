/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/layer_work.h"

/* A layer that is a folder of the collector's: it is listed unless it was, and read. */
MUST_USE bool folder_work_walk(LayerWork *work, const LayerWalk *walk, Error *err);
/* Only those of these files that are of this layer. */
MUST_USE bool folder_work_again(LayerWork *work, const LayerWalk *walk, const MissingFileVec *files,
                                Error *err);
