/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/cataloger.h"

/* As sink_own, of the file `name` in `dir` (without a slash at its end; empty: the root). */
void sink_own_in(CatalogSink *sink, Str package, Str dir, Str name);
