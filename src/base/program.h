/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* The GNU build id of the program that runs, in lower-case hex: it changes with every byte of code or
 * data, and so names what only this very build computes the same. Empty if there is none, or none
 * that is certain. Libraries that are linked dynamically have no part in it. */
Str program_build_id(Arena *arena);
