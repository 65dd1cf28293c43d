/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

/* Text on terminals. Names come out of hostile images: control characters, bidirectional overrides
 * and bytes that are not UTF-8 must reach no terminal. */

/* A copy in which those are shown as \x1b, \u202e, \xff; without `unicode` so is all beyond ASCII.
 */
Str text_safe(Arena *arena, Str s, bool unicode);
/* Columns that a text_safe string takes: combining characters none, East Asian wide ones two. */
size_t text_width(Str safe);
/* The longest start of it that fits `columns`, never splitting a character. */
Str text_head(Str safe, size_t columns);
/* The next code point, valid UTF-8 taken for granted; 0 at the end. */
uint32_t text_next(Str s, size_t *at);
