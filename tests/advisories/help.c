/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

Database *help_build(Arena *arena, Str dir, BuildReport *report)
{
    Error err = {0};
    Database *db = NULL;
    BuildOptions options = {.dir = dir, .built = DATE_NONE};
    Str path = arena_printf(arena, STR_FMT "/test.db", STR_ARG(test_folder(arena)));
    REQUIRE_OK(database_build(&options, path, arena, report, &err));
    REQUIRE_OK(database_open(path, arena, &db, &err));
    return db;
}

Database *help_own(Arena *arena, BuildReport *report)
{
    return help_build(arena, test_source(arena, "tests/advisories/feeds"), report);
}

Advisory help_find(const Database *db, Arena *arena, Str ecosystem, Str package, Str id)
{
    AdvisoryVec rows = {0};
    Advisory found = {0};
    size_t count = 0;
    database_find(db, ecosystem, package, arena, &rows);
    for (size_t i = 0; i < rows.len; i++)
        if (str_eq(rows.at[i].id, id)) {
            found = rows.at[i];
            count++;
        }
    if (count != 1)
        fprintf(stderr, STR_FMT " " STR_FMT " " STR_FMT ": %zu statements\n", STR_ARG(ecosystem),
                STR_ARG(package), STR_ARG(id), count);
    CHECK_INT(count, 1);
    return found;
}

size_t help_count(const Database *db, Arena *arena, Str ecosystem, Str package)
{
    AdvisoryVec rows = {0};
    database_find(db, ecosystem, package, arena, &rows);
    return rows.len;
}

bool help_has(const StrVec *list, Str s)
{
    for (size_t i = 0; i < list->len; i++)
        if (str_eq(list->at[i], s))
            return true;
    return false;
}

Str help_notes(Arena *arena, const BuildReport *report)
{
    Str out = {0};
    for (size_t i = 0; i < report->notes.len; i++)
        out = arena_printf(arena, STR_FMT STR_FMT ": " STR_FMT "\n", STR_ARG(out),
                           STR_ARG(report->notes.at[i].what), STR_ARG(report->notes.at[i].why));
    return out;
}
