/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

typedef struct ArenaBlock {
    struct ArenaBlock *below;
    size_t size, fill;
    bool lent; /* of another arena */
    _Alignas(max_align_t) char bytes[];
} ArenaBlock;

enum { FIRST_BLOCK = 32 << 10, LARGEST_STEP = 1 << 20 };
enum { EAGER_BLOCK = 64 << 10, HUGE_FROM = 512 << 10, HUGE_NEED = 128 << 10, HUGE_BLOCK = 2 << 20 };

/* Under AddressSanitizer what was not handed out may not be touched, and each piece has a gap behind
 * it: an arena hides no overflow and no use after arena_reset. */
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_GUARDED 1
#endif
#endif
#ifdef ARENA_GUARDED
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define hide(bytes, size) __asan_poison_memory_region((bytes), (size))
#define show(bytes, size) __asan_unpoison_memory_region((bytes), (size))
#else
enum { GAP = 0 };
#define hide(bytes, size) ((void)(bytes), (void)(size))
#define show(bytes, size) ((void)(bytes), (void)(size))
#endif

void arena_init(Arena *arena)
{
    *arena = (Arena){0};
}

void arena_fini(Arena *arena)
{
    arena_reset(arena, (ArenaMark){0});
}

/* Every page's first touch costs a trip into the kernel: an eager arena has its pages made together,
 * and once it is large as one. A kernel that does not know how leaves them to their first use. */
static void block_populate(ArenaBlock *block, size_t size)
{
#if defined(MADV_POPULATE_WRITE) && !defined(ARENA_GUARDED)
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)block;
    uintptr_t end = (from + size) / page * page;
    from = (from + page - 1) / page * page;
    if (size == HUGE_BLOCK)
        (void)madvise((void *)from, end - from, MADV_HUGEPAGE);
    if (from < end)
        (void)madvise((void *)from, end - from, MADV_POPULATE_WRITE);
#else
    (void)block, (void)size;
#endif
}

static ArenaBlock *block_get(const Arena *arena, size_t size)
{
    bool huge = arena->eager && size == HUGE_BLOCK;
    ArenaBlock *block = huge ? memory_get_aligned(HUGE_BLOCK) : memory_get(size);
    if (arena->eager && size >= EAGER_BLOCK)
        block_populate(block, size);
    return block;
}

static ArenaBlock *block_add(Arena *arena, size_t need)
{
    size_t most = arena->eager ? HUGE_BLOCK - sizeof(ArenaBlock) : LARGEST_STEP;
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (arena->eager && (size >= HUGE_FROM || need >= HUGE_NEED))
        size = most;
    size = size < most ? size : most;
    size = size > need ? size : need;
    ArenaBlock *block = block_get(arena, sizeof *block + size);
    *block = (ArenaBlock){.below = arena->blocks, .size = size};
    hide(block->bytes, size);
    arena->blocks = block;
    return block;
}

static void *take(Arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        memory_exhausted(size);
    size_t rounded = (size + align - 1) / align * align, taken = rounded + GAP;
    ArenaBlock *block = arena->blocks;
    if (!block || block->size - block->fill < taken)
        block = block_add(arena, taken);
    void *out = block->bytes + block->fill;
    block->fill += taken;
    arena->used += rounded;
    show(out, size);
    return out;
}

void *arena_alloc(Arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

char *arena_bytes(Arena *arena, size_t size)
{
    return take(arena, size);
}

char *arena_spare(Arena *arena, size_t size)
{
    const ArenaBlock *block = arena->blocks;
    size_t left = block ? block->size - block->fill : 0, round = GAP + _Alignof(max_align_t);
    return left >= round && left - round >= size ? take(arena, size) : NULL;
}

void arena_init_in(Arena *arena, Arena *other, size_t size)
{
    union {
        char *bytes;
        ArenaBlock *block;
    } spare = {.bytes = other ? arena_spare(other, sizeof(ArenaBlock) + size) : NULL};
    ArenaBlock *block = spare.block;
    *arena = (Arena){.eager = other && other->eager};
    if (!block)
        return;
    *block = (ArenaBlock){.size = size, .lent = true};
    hide(block->bytes, size);
    arena->blocks = block;
}

void *arena_array(Arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        memory_exhausted(SIZE_MAX);
    return arena_alloc(arena, total);
}

ArenaMark arena_mark(const Arena *arena)
{
    return (ArenaMark){arena->blocks, arena->blocks ? arena->blocks->fill : 0, arena->used};
}

void arena_reset(Arena *arena, ArenaMark mark)
{
    while (arena->blocks != mark.block) {
        ArenaBlock *below = arena->blocks->below;
        if (!arena->blocks->lent)
            free(arena->blocks);
        arena->blocks = below;
    }
    if (arena->blocks) {
        arena->blocks->fill = mark.fill;
        hide(arena->blocks->bytes + mark.fill, arena->blocks->size - mark.fill);
    }
    arena->used = mark.used;
}

Str arena_str(Arena *arena, Str s)
{
    return (Str){arena_c_str(arena, s), s.len};
}

char *arena_c_str(Arena *arena, Str s)
{
    char *copy = arena_bytes(arena, s.len + 1);
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return copy;
}

Str arena_lower(Arena *arena, Str s)
{
    char *copy = arena_c_str(arena, s);
    for (size_t i = 0; i < s.len; i++)
        copy[i] = char_lower(copy[i]);
    return (Str){copy, s.len};
}

Str arena_join(Arena *arena, Str a, Str b)
{
    return arena_concat(arena, (const Str[]){a, b}, 2);
}

Str arena_concat(Arena *arena, const Str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *all = arena_bytes(arena, len + 1), *end = all;
    for (size_t i = 0; i < count; end += parts[i].len, i++)
        if (parts[i].len)
            memcpy(end, parts[i].ptr, parts[i].len);
    *end = '\0';
    return (Str){all, len};
}

/* Most texts are short: those are formatted once. */
Str arena_printf(Arena *arena, const char *format, ...)
{
    char brief[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(brief, sizeof brief, format, args);
    va_end(args);
    size_t size = length > 0 ? (size_t)length : 0;
    char *text = arena_alloc(arena, size + 1);
    if (size < sizeof brief)
        memcpy(text, brief, size);
    else
        vsnprintf(text, size + 1, format, again);
    va_end(again);
    return (Str){text, size};
}

void *vec_room(Arena *arena, void *items, size_t len, size_t *cap, size_t size, size_t more)
{
    size_t need;
    if (__builtin_add_overflow(len, more, &need))
        memory_exhausted(SIZE_MAX);
    if (need <= *cap)
        return items;
    void *bigger = arena_array(arena, need, size);
    if (len)
        memcpy(bigger, items, len * size);
    *cap = need;
    return bigger;
}

void *vec_grow(Arena *arena, void *items, size_t len, size_t *cap, size_t size)
{
    if (len == *cap) {
        size_t first = size <= 16 ? 8 : size <= 64 ? 4 : 1;
        size_t grown = *cap ? *cap * 2 : first;
        void *bigger = arena_array(arena, grown, size);
        if (len)
            memcpy(bigger, items, len * size);
        items = bigger;
        *cap = grown;
    }
    memset((char *)items + len * size, 0, size);
    return items;
}
