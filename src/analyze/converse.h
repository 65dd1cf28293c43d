/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/cache.h"
#include "base/child.h"
#include "base/limits.h"
#include "model/inventory.h"
#include "sources/source.h"

/* What a child was doing when it ended. */
typedef struct LayerBegun {
    uint32_t number;
    Str name;
    bool done;
} LayerBegun;
typedef Vec(LayerBegun) LayerBegunVec;

/* The parent's side of the conversation that analyze/worker.h lays down. The parser may have been
 * taken over by what it reads: every message is checked, it is told and may keep nothing but
 * entries for layers it named at the start, and it is given no file but those of `input`. ERR_INTERNAL
 * or ERR_FORMAT says what was wrong; the child's own Error comes through. *begun is filled also
 * after an error; its names live on the arena. */
MUST_USE bool converse(const Cache *cache, const Limits *limits, const SourceInput *input,
                       Child *child, Arena *arena, Inventory *out, LayerBegunVec *begun,
                       Error *err);
