/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "inventory/cataloger.h"

/* As sink_own, of the file `name` in `dir` (without a slash at its end; empty: the root).
 * `scratch` is for the path. */
void sink_own_in(CatalogSink *sink, Str package, Str dir, Str name, Buf *scratch);
/* Whether a name or a version is printable ASCII without white space, and not empty. */
bool text_is_word(Str s);
/* Whether a database of lines was overwritten or cut: a NUL in it, or a last line without an end. */
bool text_is_torn(Str bytes);
