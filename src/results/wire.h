/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "model/result.h"

enum { RESULT_BYTES = 64 << 20 }; /* what is larger is not decoded */

/* A result as bytes for a cache, to be read back fast by the same build: all but its inventory, which
 * is kept on its own; of that only the notes, to which matching adds. */
void result_encode(const Result *result, Buf *out);
/* `out->inventory` is what the result was made of: packages and layers are named by their place in it.
 * The bytes may be damaged or hostile: every count, enumeration, truth value and index is checked,
 * numbers and days are such as a report can show, findings are in order, nothing may follow. The
 * findings of `vertical` are of another subject: they may name no package and no layer. ERR_FORMAT
 * says what is wrong, and *out is then empty. *out looks into the bytes, which need not be UTF-8. */
MUST_USE bool result_decode(Str bytes, Arena *arena, Result *out, Error *err);
