/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <assert.h>

#include "inventory/wire.h"
#include "inventory/layer_result.h"

/* The input as one of these files, through its cataloger; what comes out must survive its wire form
 * and stay within a multiple of the memory that it was given. The first byte chooses the file. */
static inline void os_catalog(const uint8_t *bytes, size_t size, const Str *paths, size_t count)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf wire CLEANUP(buf_fini) = {0}, again CLEANUP(buf_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    LayerResult result, copy;
    if (size == 0)
        return;
    limits.memory = UINT64_C(64) << 20;
    arena_init(&arena);
    layer_result_init(&result, &arena, &limits);
    Str path = paths[bytes[0] % count];
    layer_result_read(&result, path, path, str_from_pos(str_of(bytes, size), 1), 0644);
    assert(arena.used < limits.memory);
    for (size_t i = 0; i < result.found.packages.len; i++)
        assert(result.found.packages.at[i].name.len);
    layer_result_encode(&result, &wire);
    bool ok = layer_result_decode(buf_str(&wire), &arena, &limits, &copy, NULL);
    assert(ok);
    (void)ok;
    layer_result_encode(&copy, &again);
    assert(str_eq(buf_str(&wire), buf_str(&again)));
}
