/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* Strings to pointers, open addressing, insertion order kept. Keys are not copied: they must live
 * as long as the map. Nothing is removed; a value may be replaced. */
typedef struct MapEntry {
    Str key;
    uint64_t hash;
    void *value;
} MapEntry;

typedef struct Map {
    Arena *arena;
    Vec(MapEntry) entries; /* in the order of insertion, for walking */
    uint32_t *slots;
    size_t slot_count; /* a power of two, or 0 */
    uint64_t seed;
} Map;

void map_init(Map *map, Arena *arena);
void map_reserve(Map *map, size_t count); /* room for so many, where it is known how many come */
void *map_find(const Map *map, Str key);  /* NULL if absent */
void **map_get(Map *map, Str key);        /* the value's place; made (NULL) if absent */
bool map_has(const Map *map, Str key);
size_t map_len(const Map *map);
