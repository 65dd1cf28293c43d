/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/fd.h"

/* What was read out of a layer or an image before, and what was concluded from it, by everything that
 * it depends on: keys of layers name what the bytes were proved to be, never what somebody says they
 * are. One file an entry, written aside and renamed; readers take no lock. A damaged entry is as good
 * as none. The folder is the user's own (mode 0700): whoever can write there can lie to the next scan.
 *
 * What was used least recently goes when all is larger than `limit`. No put looks through the whole
 * folder for that: one does for about every sixteenth of the limit that is written, and then makes
 * room for some more, so that the folder seldom holds more than a tenth too much, and a put costs the
 * same however much there is. */
typedef struct Cache {
    Str dir;        /* empty: no cache */
    uint64_t limit; /* in bytes; 0: none */
} Cache;

#define CACHE_LIMIT UINT64_C(1000000000) /* unless the user says otherwise */
enum { CACHE_USE_SECONDS = 3600 };       /* uses that are closer together are not told apart */

/* False if there is none. `bytes` lives on the arena. */
bool cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes);
/* The same where only the latest of many keys is worth its room: they share one place. */
bool cache_find_at(const Cache *cache, Str place, Str key, Arena *arena, Str *bytes);
/* cache_find, and sum_of the bytes. */
bool cache_find_summed(const Cache *cache, Str key, Arena *arena, Str *bytes, uint64_t *sum);
/* cache_find of what is large and read here and there: mapped, and not known to be whole: that is for
 * who reads it. Close it. */
bool cache_map(const Cache *cache, Str key, Mapping *mapping, Str *bytes);

/* A cache that cannot be written costs time, nothing else: no error. */
void cache_put(const Cache *cache, Str key, Str bytes);
void cache_put_at(const Cache *cache, Str place, Str key, Str bytes);

typedef struct CacheStats {
    uint64_t entries, bytes;
} CacheStats;
MUST_USE bool cache_stats(const Cache *cache, CacheStats *out, Error *err);
/* Removes entries not used for `days` (0: all), the least recently used ones beyond the limit, and
 * what writers left who were killed. */
MUST_USE bool cache_prune(const Cache *cache, unsigned days, CacheStats *removed, Error *err);
