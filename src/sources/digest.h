/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"

/* "sha256:<64 hex>" of these bytes. */
Str digest_of(Arena *arena, Str bytes);
/* ERR_DIGEST, both digests named, unless `bytes` have the digest `claimed`; ERR_UNSUPPORTED for an
 * algorithm other than sha256 and sha512. */
MUST_USE bool digest_check(Arena *arena, Str what, Str claimed, Str bytes, Error *err);
