/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/path.h"

#include <string.h>

/* Most paths are clean but for "./" before and "/" behind, and then nothing is copied. */
static Str ends_cut(Str raw)
{
    for (;;) {
        if (str_at(raw, 0) == '/' && raw.len)
            raw = str_from_pos(raw, 1);
        else if (str_starts(raw, STR("./")))
            raw = str_from_pos(raw, 2);
        else
            break;
    }
    while (raw.len && str_at(raw, raw.len - 1) == '/')
        raw = str_head(raw, raw.len - 1);
    return raw;
}

static bool is_special(Str part)
{
    return part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR(".."));
}

/* True if no part is special; *depth counts the parts. */
static bool is_clean(Str path, uint32_t *depth)
{
    Str part;
    while (str_next(&path, '/', &part)) {
        if (is_special(part))
            return false;
        ++*depth;
    }
    return true;
}

/* Removes the last part of the `len` bytes at `at`; 0 stays 0. */
static size_t part_drop(const char *at, size_t len)
{
    Str head, tail;
    return str_rcut(str_of(at, len), '/', &head, &tail) ? head.len : 0;
}

static Str rewrite(Arena *arena, Str raw, bool *escaped)
{
    char *at = arena_alloc(arena, raw.len + 1);
    size_t len = 0;
    Str part;
    while (str_next(&raw, '/', &part)) {
        if (str_eq(part, STR(".."))) {
            if (len == 0 && escaped)
                *escaped = true;
            len = part_drop(at, len);
        } else if (!is_special(part)) {
            if (len)
                at[len++] = '/';
            memmove(at + len, part.ptr, part.len);
            len += part.len;
        }
    }
    return str_of(at, len);
}

bool path_clean(Arena *arena, Str raw, const Limits *limits, Str *out, bool *escaped)
{
    uint32_t depth = 0;
    *out = (Str){0};
    if (escaped)
        *escaped = false;
    if (raw.len > limits->path_bytes)
        return false;
    Str path = ends_cut(raw);
    if (!is_clean(path, &depth)) {
        path = rewrite(arena, path, escaped);
        depth = 0;
        (void)is_clean(path, &depth);
    }
    if (depth > limits->path_depth)
        return false;
    *out = path;
    return true;
}
