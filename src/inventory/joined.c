/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/joined.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/reader.h"

void joined_init(Joined *joined, Arena *arena, ExecutableVec *all, const Limits *limits)
{
    *joined = (Joined){.arena = arena, .all = all, .budget = limits->memory / 8};
    map_init(&joined->known, arena);
}

/* Both are sorted and stay so. */
static void merge(Str left, Str right, Buf *out)
{
    Reader a = reader_of(left), b = reader_of(right);
    buf_clear(out);
    while (reader_left(&a) || reader_left(&b)) {
        Reader peek_a = a, peek_b = b;
        uint32_t x = reader_left(&a) ? reader_u32le(&peek_a) : UINT32_MAX;
        uint32_t y = reader_left(&b) ? reader_u32le(&peek_b) : UINT32_MAX;
        buf_u32le(out, x < y ? x : y);
        if (reader_left(&a) && x <= y)
            a = peek_a;
        if (reader_left(&b) && y <= x)
            b = peek_b;
    }
}

static Executable join(Joined *joined, const IndexVec *which)
{
    Executable out = joined->all->at[which->at[0]];
    Buf sum CLEANUP(buf_fini) = {0}, next CLEANUP(buf_fini) = {0};
    buf_put(&sum, out.symbols);
    bool known = out.symbols.len > 0;
    for (size_t i = 1; i < which->len; i++) {
        const Executable *e = &joined->all->at[which->at[i]];
        if (!str_eq(out.goos, e->goos))
            out.goos = (Str){0};
        if (!str_eq(out.goarch, e->goarch))
            out.goarch = (Str){0};
        uint64_t cost = sum.len + e->symbols.len;
        known = known && e->symbols.len && cost <= joined->budget;
        if (!known)
            continue;
        joined->budget -= cost;
        merge(buf_str(&sum), e->symbols, &next);
        Buf swap = sum;
        sum = next;
        next = swap;
    }
    out.symbols = known ? arena_str(joined->arena, buf_str(&sum)) : (Str){0};
    return out;
}

static int index_order(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

uint32_t joined_get(Joined *joined, IndexVec *which)
{
    if (which->len == 0)
        return EXECUTABLE_NONE;
    qsort(which->at, which->len, sizeof *which->at, index_order);
    if (which->at[which->len - 1] == EXECUTABLE_NONE || which->len == 1)
        return which->at[which->len - 1];
    Str key = str_of(which->at, which->len * sizeof *which->at);
    void **place = map_get(&joined->known, key);
    if (!*place) {
        Executable executable = join(joined, which);
        *vec_push(joined->arena, joined->all) = executable;
        *place = (void *)(uintptr_t)joined->all->len;
    }
    return (uint32_t)((uintptr_t)*place - 1);
}

void executables_compact(Arena *arena, ExecutableVec *all, PackageVec *packages, size_t from)
{
    uint32_t *numbers = arena_new_array(arena, uint32_t, all->len + 1);
    for (size_t i = from; i < packages->len; i++)
        if (packages->at[i].executable != EXECUTABLE_NONE)
            numbers[packages->at[i].executable] = 1;
    uint32_t len = 0;
    for (size_t i = 0; i < all->len; i++)
        if (numbers[i]) {
            numbers[i] = len;
            all->at[len++] = all->at[i];
        }
    all->len = len;
    for (size_t i = from; i < packages->len; i++)
        if (packages->at[i].executable != EXECUTABLE_NONE)
            packages->at[i].executable = numbers[packages->at[i].executable];
}
