/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/map.h"
#include "inventory/cataloger.h"

/* One package in several executables is as exposed as the worst of them: the functions that it can
 * reach are those of all of them together, and what is not known of one is not known at all. */
typedef Vec(uint32_t) IndexVec;

typedef struct Joined {
    Arena *arena;
    ExecutableVec *all; /* joined ones are added behind the others */
    Map known;          /* the list of indices -> index in `all` + 1 */
    uint64_t budget;    /* bytes of symbols that may still be gone through; then: not known */
} Joined;

void joined_init(Joined *joined, Arena *arena, ExecutableVec *all, const Limits *limits);
/* `which` without repetitions; it is sorted. EXECUTABLE_NONE in it gives EXECUTABLE_NONE. */
uint32_t joined_get(Joined *joined, IndexVec *which);
/* Drops executables that no package from `from` on names, and numbers the others anew. */
void executables_compact(Arena *arena, ExecutableVec *all, PackageVec *packages, size_t from);
