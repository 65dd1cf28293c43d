/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/feed.h"

static const Feed *const rows[] = {
    &feed_osv,
};

const Feed *const *feeds(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* '*' stands for any run without a slash, "**" for any run; tried from the shortest. */
bool path_matches(Str pattern, Str path)
{
    while (pattern.len && pattern.ptr[0] != '*') {
        if (path.len == 0 || path.ptr[0] != pattern.ptr[0])
            return false;
        pattern = str_from_pos(pattern, 1);
        path = str_from_pos(path, 1);
    }
    if (pattern.len == 0)
        return path.len == 0;
    bool deep = str_starts(pattern, STR("**"));
    pattern = str_from_pos(pattern, deep ? 2 : 1);
    for (;;) {
        if (path_matches(pattern, path))
            return true;
        if (path.len == 0 || (!deep && path.ptr[0] == '/'))
            return false;
        path = str_from_pos(path, 1);
    }
}

const Feed *feed_of_path(Str path)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (path_matches(rows[i]->pattern, path))
            return rows[i];
    return NULL;
}

void feed_note(FeedFile *file, Str what, Str why)
{
    if (!file->notes)
        return;
    Str path = arena_printf(file->notes_arena, STR_FMT "%s" STR_FMT, STR_ARG(file->path),
                            str_eq(file->path, what) ? "" : ": ",
                            STR_ARG(str_eq(file->path, what) ? (Str){0} : what));
    note_add(file->notes_arena, file->notes, path, why);
}
