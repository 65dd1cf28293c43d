/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/cache.h"
#include "base/limits.h"
#include "model/inventory.h"
#include "sources/source.h"

/* Reads a source in a sandboxed child. Where the child meets its limit of memory or time, the layers
 * it was reading are named in out->incomplete and the others are read by a second child; where that
 * does not help, the image is named and nothing of it is known. */
MUST_USE bool inventory_read(const Cache *cache, const Limits *limits, const SourceInput *input,
                             Arena *arena, Inventory *out, Error *err);
