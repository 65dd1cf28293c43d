/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/str.h"

/* XXH3, 64 bits (xxhash.com): tells what was kept from what it became by accident; no match for a
 * forger, for whom there is base/hash.h. */
uint64_t sum_of(Str bytes);
