/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"
#include "advisories/database.h"
#include "test.h"

/* A database of the folder of feeds `dir`, built into a folder of the test's own and opened. */
Database *help_build(Arena *arena, Str dir, BuildReport *report);
/* Of tests/advisories/feeds: one small record of every kind. */
Database *help_own(Arena *arena, BuildReport *report);
/* The only statement about `id`; fails the test where there is none or several. */
Advisory help_find(const Database *db, Arena *arena, Str ecosystem, Str package, Str id);
size_t help_count(const Database *db, Arena *arena, Str ecosystem, Str package);
bool help_has(const StrVec *list, Str s);
/* All notes as one text. */
Str help_notes(Arena *arena, const BuildReport *report);
