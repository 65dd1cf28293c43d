/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

enum { STRING_MAX = 1 << 16 }; /* bytes; longer ones are cut, or damage */

/* A pool in which every distinct string stands once: a varint length, then its bytes. A reference
 * is the offset; the empty string is 0. The bytes are what the database file holds. */
typedef struct Strings {
    Buf bytes;
    Arena *arena;
    uint32_t *slots; /* references + 1, open addressing */
    size_t slot_count, count;
} Strings;

void strings_init(Strings *pool, Arena *arena);
void strings_fini(Strings *pool);
uint32_t strings_put(Strings *pool, Str s); /* cut at STRING_MAX */
/* Of any pool's bytes; empty where the reference is none, or leads to more than STRING_MAX. */
Str strings_at(Str bytes, uint64_t ref);
