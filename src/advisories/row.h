/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "advisories/strings.h"
#include "base/reader.h"

/* One statement as bytes: what an Advisory says without its ecosystem, package, record and ids,
 * which stand once for many. Short and unique strings (versions of ranges) stand in the row itself,
 * so that matching touches one place; what repeats (listed versions, symbols) is in the pool. */
void row_put(Buf *out, Strings *pool, const Advisory *a);
/* Fills those same fields (`doubt` begins with the id that is doubtful); the strings are slices of
 * `r` and `pool`. False, with `r` failed, for what is no row. Of most rows nobody reads the words about
 * severity, and the pool is large: *texts says where they are, for row_take_texts. */
bool row_take(Reader *r, Str pool, Arena *arena, Advisory *out, struct RowTexts *texts);
void row_take_texts(const struct RowTexts *texts, Str pool, Advisory *out);

void zigzag_put(Buf *out, int64_t value);
int64_t zigzag_take(Reader *r);
