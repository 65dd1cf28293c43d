/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/limits.h"

/* A path as an archive writes it ("./a", "/a", "a//b/", "x/../a"), as it reads inside the image:
 * relative, without a leading or closing slash, without "." and ".."; the root is the empty slice.
 * ".." stops at the root and sets *escaped (may be NULL). NUL and bytes that are not UTF-8 stay.
 * False, with nothing in *out, if it is longer or deeper than the limits. *out may share raw's
 * bytes. */
MUST_USE bool path_clean(Arena *arena, Str raw, const Limits *limits, Str *out, bool *escaped);
