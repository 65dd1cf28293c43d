/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/cataloger.h"
#include "test.h"

/* One cataloger's work on one file, for tests. */
typedef struct Catalog {
    Arena arena;
    Limits limits;
    CatalogSink sink;
} Catalog;

static inline void catalog_init(Catalog *c)
{
    arena_init(&c->arena);
    c->limits = LIMITS_DEFAULT;
    c->sink = (CatalogSink){.arena = &c->arena, .limits = &c->limits};
}

static inline void catalog_fini(Catalog *c)
{
    arena_fini(&c->arena);
}

/* The row that wants this path by name; NULL if none does. */
static inline const Cataloger *catalog_of(Str path)
{
    size_t count;
    const Cataloger *const *rows = catalogers(&count);
    Str base = str_from_pos(path, str_rfind_char(path, '/') + 1);
    for (size_t i = 0; i < count; i++)
        if (rows[i]->wants_path && rows[i]->wants_path(path, base))
            return rows[i];
    return NULL;
}

static inline void catalog_read(Catalog *c, Str path, Str bytes)
{
    const Cataloger *row = catalog_of(path);
    CHECK(row != NULL);
    if (row)
        row->read(&(CatalogFile){.path = path, .bytes = bytes, .mode = 0644}, &c->sink);
}

static inline const Package *catalog_find(const Catalog *c, Str name)
{
    for (size_t i = 0; i < c->sink.packages.len; i++)
        if (str_eq(c->sink.packages.at[i].name, name))
            return &c->sink.packages.at[i];
    return NULL;
}
