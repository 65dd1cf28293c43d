/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* [epoch:]version[-release], as rpm and pacman split it: the epoch is what stands before the first
 * colon if that is a number, the release what stands after the last dash. */
typedef struct Evr {
    Str epoch, version, release;
    bool released; /* there is a dash, though perhaps nothing behind it */
} Evr;

Evr evr_split(Str v);
/* [epoch:]version[-release] of letters, digits and `others`, nothing empty. */
bool evr_valid(Str v, Str others);
