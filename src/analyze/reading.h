/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/cache.h"
#include "base/limits.h"
#include "model/inventory.h"
#include "sources/source.h"

/* Reads a source in a sandboxed child. Where the child meets its limit of memory or time while it
 * reads several layers, a second one reads them one after the other; the layer at which it happens
 * then is named in out->incomplete, and another child reads the others. Where that does not help,
 * the image is named and nothing of it is known. */
MUST_USE bool inventory_read(const Cache *cache, const Limits *limits, const SourceInput *input,
                             Arena *arena, Inventory *out, Error *err);
