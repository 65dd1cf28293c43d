/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/cataloger.h"

#include "test.h"

TEST(rows_are_complete)
{
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    for (size_t i = 0; i < count; i++) {
        CHECK(rows[i]->name && rows[i]->summary && rows[i]->spec);
        CHECK(rows[i]->wants_path || rows[i]->wants_head);
        CHECK(rows[i]->read != NULL);
        for (size_t j = 0; j < i; j++)
            CHECK(!str_eq(str_from(rows[i]->name), str_from(rows[j]->name)));
    }
}

TEST(the_sink_copies_and_says_things_once)
{
    Arena arena CLEANUP(arena_fini) = {0};
    arena_init(&arena);
    Limits limits = LIMITS_DEFAULT;
    CatalogSink sink = {.arena = &arena, .limits = &limits};
    char name[] = "a/b";
    CatalogFile file = {.path = str_from(name)};
    Package *package = sink_package(&sink, PACKAGE_NPM, &file);
    name[0] = 'x';
    CHECK_STR(package->paths.at[0], STR("a/b"));
    CHECK(package->layer == LAYER_NONE && package->owner == PACKAGE_NONE);
    sink_incomplete(&sink, STR("p"), "cut at %d", 7);
    sink_incomplete(&sink, STR("p"), "cut at %d", 7);
    CHECK_INT(sink.incomplete.len, 1);
    CHECK_STR(sink.incomplete.at[0].why, STR("cut at 7"));
    CHECK_INT(sink.notes.len, 0);
}
