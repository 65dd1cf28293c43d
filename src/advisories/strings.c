/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/strings.h"

#include <assert.h>
#include "base/reader.h"

void strings_init(Strings *pool, Arena *arena)
{
    *pool = (Strings){.arena = arena};
    buf_str_wire(&pool->bytes, (Str){0});
}

void strings_fini(Strings *pool)
{
    buf_fini(&pool->bytes);
}

Str strings_at(Str bytes, uint64_t ref)
{
    Reader r = reader_of(bytes);
    if (ref >= bytes.len || !reader_seek(&r, (size_t)ref))
        return (Str){0};
    Str s = reader_str(&r);
    return s.len <= STRING_MAX ? s : (Str){0};
}

static size_t slot_of(const Strings *pool, Str s)
{
    Str bytes = buf_str(&pool->bytes);
    size_t mask = pool->slot_count - 1, i = str_hash(s) & mask;
    while (pool->slots[i] && !str_eq(strings_at(bytes, pool->slots[i] - 1), s))
        i = (i + 1) & mask;
    return i;
}

static void slots_grow(Strings *pool)
{
    const uint32_t *old = pool->slots;
    size_t old_count = pool->slot_count;
    pool->slot_count = old_count ? old_count * 2 : 1024;
    pool->slots = arena_new_array(pool->arena, uint32_t, pool->slot_count);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            pool->slots[slot_of(pool, strings_at(buf_str(&pool->bytes), old[i] - 1))] = old[i];
}

uint32_t strings_put(Strings *pool, Str s)
{
    s = str_head(s, STRING_MAX);
    if (s.len == 0)
        return 0;
    if ((pool->count + 1) * 2 > pool->slot_count)
        slots_grow(pool);
    size_t slot = slot_of(pool, s);
    if (pool->slots[slot])
        return pool->slots[slot] - 1;
    assert(pool->bytes.len < UINT32_MAX - 1);
    uint32_t ref = (uint32_t)pool->bytes.len;
    buf_str_wire(&pool->bytes, s);
    pool->slots[slot] = ref + 1;
    pool->count++;
    return ref;
}
