/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <string.h>
#include <sys/auxv.h>

/* Not str_hash, which is the same everywhere: who makes an image must not be able to choose keys that
 * collide, and eight bytes at a time are faster. Entries stand in the order of insertion, so the seed
 * shows nowhere. */
__extension__ typedef unsigned __int128 Wide;

static uint64_t mix(uint64_t a, uint64_t b)
{
    Wide product = (Wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t seed_make(void)
{
    uint64_t seed = 0;
    const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
    if (random)
        memcpy(&seed, random, sizeof seed);
    return seed | 1;
}

static uint64_t key_hash(const Map *map, Str key)
{
    static const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = map->seed ^ key.len, word = 0;
    size_t at = 0;
    for (; key.len - at >= sizeof word; at += sizeof word) {
        memcpy(&word, key.ptr + at, sizeof word);
        h = mix(h ^ word, odd);
    }
    word = 0;
    if (key.len - at)
        memcpy(&word, key.ptr + at, key.len - at);
    return mix(h ^ word, map->seed);
}

void map_init(Map *map, Arena *arena)
{
    *map = (Map){.arena = arena, .seed = seed_make()};
}

static MapEntry *entry_find(const Map *map, Str key, uint64_t hash)
{
    if (map->slot_count == 0)
        return NULL;
    size_t mask = map->slot_count - 1;
    for (size_t i = hash & mask; map->slots[i]; i = (i + 1) & mask) {
        MapEntry *entry = &map->entries.at[map->slots[i] - 1];
        if (entry->hash == hash && str_eq(entry->key, key))
            return entry;
    }
    return NULL;
}

static void slot_place(Map *map, uint64_t hash, size_t index)
{
    size_t mask = map->slot_count - 1, i = hash & mask;
    while (map->slots[i])
        i = (i + 1) & mask;
    map->slots[i] = (uint32_t)(index + 1);
}

static void slots_make(Map *map, size_t count)
{
    map->slot_count = count;
    map->slots = arena_new_array(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->entries.len; i++)
        slot_place(map, map->entries.at[i].hash, i);
}

/* At most half of the slots are taken. */
void map_reserve(Map *map, size_t count)
{
    size_t slots = 16;
    while (slots / 2 < count)
        slots *= 2;
    if (slots > map->slot_count)
        slots_make(map, slots);
    vec_reserve(map->arena, &map->entries, count);
}

void *map_find(const Map *map, Str key)
{
    const MapEntry *entry = entry_find(map, key, key_hash(map, key));
    return entry ? entry->value : NULL;
}

bool map_has(const Map *map, Str key)
{
    return entry_find(map, key, key_hash(map, key)) != NULL;
}

void **map_get(Map *map, Str key)
{
    uint64_t hash = key_hash(map, key);
    MapEntry *entry = entry_find(map, key, hash);
    if (!entry) {
        if ((map->entries.len + 1) * 2 > map->slot_count)
            slots_make(map, map->slot_count ? map->slot_count * 2 : 16);
        slot_place(map, hash, map->entries.len);
        entry = vec_push(map->arena, &map->entries);
        entry->key = key;
        entry->hash = hash;
    }
    return &entry->value;
}

size_t map_len(const Map *map)
{
    return map->entries.len;
}
