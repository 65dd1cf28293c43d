/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t sum_of(Str bytes)
{
    return XXH3_64bits(bytes.ptr, bytes.len);
}
