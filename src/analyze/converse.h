/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/cache.h"
#include "base/child.h"
#include "base/limits.h"
#include "model/inventory.h"

/* The parent's side of the conversation that analyze/worker.h lays down. The parser may have been
 * taken over by what it reads: every message is checked, and it is told and may keep nothing but
 * entries for layers it named at the start. ERR_INTERNAL or ERR_FORMAT says what was wrong; the
 * child's own Error comes through. */
MUST_USE bool converse(const Cache *cache, const Limits *limits, Child *child, Arena *arena,
                       Inventory *out, Error *err);
