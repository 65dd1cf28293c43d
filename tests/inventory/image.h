/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/assemble.h"
#include "test.h"

/* An image of a few layers, written as lists of entries. `text`: the body, or where a link leads.
 */
typedef struct ImageEntry {
    LayerEntryKind kind;
    const char *path, *text;
} ImageEntry;

typedef struct Image {
    Arena arena;
    Limits limits;
    Tree tree;
    LayerIndex indexes[8];
    LayerResult results[8], *layers[8];
    size_t count;
    Inventory out;
} Image;

static inline void image_init(Image *image)
{
    *image = (Image){.limits = LIMITS_DEFAULT};
    arena_init(&image->arena);
    tree_init(&image->tree, &image->limits, &image->arena);
}

static inline void image_fini(Image *image)
{
    arena_fini(&image->arena);
}

/* As the walk over a layer calls a visitor. */
static inline void image_visit(const LayerVisitor *visitor, const LayerEntry *entry, Str body)
{
    Error err = {0};
    if (entry->kind != LAYER_FILE)
        return;
    LayerInterest interest = visitor->interest(visitor->self, entry);
    if (interest == LAYER_PEEK && !visitor->wants(visitor->self, entry, str_head(body, LAYER_HEAD)))
        return;
    if (interest != LAYER_SKIP)
        REQUIRE_OK(visitor->bytes(visitor->self, entry, body, &err));
}

static inline void image_layer(Image *image, const ImageEntry *entries, size_t count)
{
    size_t n = image->count++;
    LayerIndex *index = &image->indexes[n];
    image->layers[n] = &image->results[n];
    layer_result_init(image->layers[n], &image->arena, &image->limits);
    LayerVisitor visitor = layer_result_visitor(image->layers[n]);
    for (size_t i = 0; i < count; i++) {
        Str text = str_from(entries[i].text);
        bool link = entries[i].kind == LAYER_SYMLINK || entries[i].kind == LAYER_HARDLINK;
        LayerEntry *entry = layer_index_push(&image->arena, index);
        *entry = (LayerEntry){.kind = entries[i].kind,
                              .path = str_from(entries[i].path),
                              .link = link ? text : (Str){0},
                              .size = link ? 0 : text.len,
                              .mode = 0644};
        image_visit(&visitor, entry, text);
    }
    tree_add_layer(&image->tree, index, (uint32_t)n);
}
#define IMAGE_LAYER(image, ...)                                                                    \
    image_layer((image), (const ImageEntry[]){__VA_ARGS__},                                        \
                COUNT_OF(((const ImageEntry[]){__VA_ARGS__})))

static inline Assembly image_assembly(Image *image)
{
    return (Assembly){.limits = &image->limits,
                      .tree = &image->tree,
                      .layers = image->layers,
                      .layer_count = image->count};
}

static inline void image_assemble(Image *image)
{
    Assembly assembly = image_assembly(image);
    image->out = (Inventory){0};
    assemble(&image->arena, &assembly, &image->out);
}

static inline const Package *image_find(const Image *image, Str name)
{
    for (size_t i = 0; i < image->out.packages.len; i++)
        if (str_eq(image->out.packages.at[i].name, name))
            return &image->out.packages.at[i];
    return NULL;
}
