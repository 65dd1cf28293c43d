/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* Numbers between dots and dashes, from left to right by value; where one is the start of the
 * other, the longer is newer (1.0 is before 1.0.0). Words, which no such scheme knows, are before
 * numbers. */
VersionOrder dotted_compare(Str a, Str b);
/* Numbers with one of `separators` between any two. */
bool dotted_valid(Str v, Str separators, size_t least);
