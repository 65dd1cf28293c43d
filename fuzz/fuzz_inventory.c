/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "inventory/assemble.h"
#include "inventory/wire.h"

/* What a child sends and what a cache holds: either is refused or holds together, and a layer's
 * result that was taken in can be assembled into an inventory that its own message carries. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void message(Arena *arena, const Limits *limits, Str bytes)
{
    Inventory inventory;
    if (!inventory_decode(bytes, arena, limits, &inventory, NULL))
        return;
    for (size_t i = 0; i < inventory.packages.len; i++) {
        const Package *p = &inventory.packages.at[i];
        (void)p;
        assert(p->owner == PACKAGE_NONE || p->owner < inventory.packages.len);
        assert(p->layer == LAYER_NONE || p->layer < inventory.subject.layers.len);
        assert(p->executable == EXECUTABLE_NONE || p->executable < inventory.executables.len);
        assert(p->type < PACKAGE_TYPES && p->id.len);
    }
}

static void kept_layer(Arena *arena, const Limits *limits, Str bytes)
{
    Buf out CLEANUP(buf_fini) = {0};
    LayerResult result, *layers[] = {&result};
    LayerIndex index = {0};
    Tree tree;
    if (!layer_result_decode(bytes, arena, limits, &result, NULL))
        return;
    for (size_t i = 0; i < result.files.len; i++)
        *layer_index_push(arena, &index) =
            (LayerEntry){.kind = LAYER_FILE, .path = result.files.at[i].path};
    tree_init(&tree, limits, arena);
    tree_add_layer(&tree, &index, 0);
    Assembly assembly = {.limits = limits, .tree = &tree, .layers = layers, .layer_count = 1};
    Inventory inventory = {0}, copy;
    assemble_missing(arena, &assembly);
    assemble(arena, &assembly, &inventory);
    *vec_push(arena, &inventory.subject.layers) = (Layer){.size = 1};
    inventory_encode(&inventory, &out);
    bool ok = inventory_decode(buf_str(&out), arena, limits, &copy, NULL);
    assert(ok);
    (void)ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    arena_init(&arena);
    message(&arena, &limits, str_of(bytes, size));
    kept_layer(&arena, &limits, str_of(bytes, size));
    return 0;
}
