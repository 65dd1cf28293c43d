/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* What a reader should know (notes) or what could not be examined (incomplete): `what` names it
 * (a path, a layer, a feed), `why` says it in a few words. */
typedef struct Note {
    Str what, why;
} Note;
typedef Vec(Note) NoteVec;

/* Adds a copy unless the same pair is there already. */
void note_add(Arena *arena, NoteVec *notes, Str what, Str why);
