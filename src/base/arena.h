/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include "base/compiler.h"
#include "base/str.h"

/* One arena per unit of work (an image, a request, a rule set): nobody frees an element, the whole
 * goes at once. Running out of memory ends the process with one line on stderr; hostile sizes meet
 * Limits before they meet an arena. Not thread-safe: one arena, one thread. */
typedef struct Arena {
    struct ArenaBlock *blocks;
    size_t used; /* bytes handed out, for reports and tests */
    bool eager;  /* set by who will use most of it: pages are had many at a time, not one by one as
                  * they are touched, which costs several times as much */
} Arena;

/* A position to go back to: frees what was handed out since. */
typedef struct ArenaMark {
    struct ArenaBlock *block;
    size_t fill, used;
} ArenaMark;

void arena_init(Arena *arena);
/* One that begins in `size` bytes of another, if that has as much at hand: pages that are there
 * already, where new ones cost more than what is done with them. They are not given back; the other
 * must live as long. NULL: as any. */
void arena_init_in(Arena *arena, Arena *other, size_t size);
void arena_fini(Arena *arena);                /* fits CLEANUP(arena_fini) */
void *arena_alloc(Arena *arena, size_t size); /* zeroed, aligned for any type */
char *arena_bytes(Arena *arena, size_t size); /* not zeroed: for who fills all of it */
char *arena_spare(Arena *arena, size_t size); /* the same, or NULL where they are not at hand */
void *arena_array(Arena *arena, size_t count, size_t size); /* count * size, overflow-checked */
ArenaMark arena_mark(const Arena *arena);
void arena_reset(Arena *arena, ArenaMark mark);

#define arena_new(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))
#define arena_new_array(arena, Type, count) ((Type *)arena_array((arena), (count), sizeof(Type)))

Str arena_str(Arena *arena, Str s);         /* a copy */
char *arena_c_str(Arena *arena, Str s);     /* a NUL-terminated copy, for system calls */
Str arena_lower(Arena *arena, Str s);       /* a copy in ASCII lower case */
Str arena_join(Arena *arena, Str a, Str b); /* a new slice of both */
Str arena_concat(Arena *arena, const Str *parts, size_t count);
Str arena_printf(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* A growing list in an arena: Vec(Package) packages = {0}; *vec_push(arena, &packages) = p; */
#define Vec(Type)                                                                                  \
    struct {                                                                                       \
        Type *at;                                                                                  \
        size_t len, cap;                                                                           \
    }
/* A zeroed new last element, as a pointer that the next push may invalidate. */
#define vec_push(arena, v)                                                                         \
    ((v)->at = vec_grow((arena), (v)->at, (v)->len, &(v)->cap, sizeof *(v)->at),                   \
     &(v)->at[(v)->len++])
void *vec_grow(Arena *arena, void *items, size_t len, size_t *cap, size_t size);
/* Room for `more` elements at once, where it is known how many will come. */
#define vec_reserve(arena, v, more)                                                                \
    ((v)->at = vec_room((arena), (v)->at, (v)->len, &(v)->cap, sizeof *(v)->at, (more)))
void *vec_room(Arena *arena, void *items, size_t len, size_t *cap, size_t size, size_t more);

/* Named, so that functions can take them. */
typedef Vec(Str) StrVec;
