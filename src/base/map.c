/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

void map_init(Map *map, Arena *arena)
{
    *map = (Map){.arena = arena};
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

static void slots_grow(Map *map)
{
    map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
    map->slots = arena_new_array(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->entries.len; i++)
        slot_place(map, map->entries.at[i].hash, i);
}

void *map_find(const Map *map, Str key)
{
    const MapEntry *entry = entry_find(map, key, str_hash(key));
    return entry ? entry->value : NULL;
}

bool map_has(const Map *map, Str key)
{
    return entry_find(map, key, str_hash(key)) != NULL;
}

void **map_get(Map *map, Str key)
{
    uint64_t hash = str_hash(key);
    MapEntry *entry = entry_find(map, key, hash);
    if (!entry) {
        if ((map->entries.len + 1) * 2 > map->slot_count)
            slots_grow(map);
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
