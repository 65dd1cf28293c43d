/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "fuzz.h"
#include "layers/tree.h"

/* Two layers, the input cut in the middle at a block, laid on each other; what the tree says of
 * itself must hold. */
static bool bytes_check(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    (void)self, (void)err;
    assert(bytes.len == entry->size);
    return true;
}

static LayerInterest interest(void *self, const LayerEntry *entry)
{
    (void)self;
    return (LayerInterest)(entry->path.len % 3);
}

static bool wants(void *self, const LayerEntry *entry, Str head)
{
    (void)self, (void)entry;
    assert(head.len <= LAYER_HEAD);
    return head.len % 2;
}

static void oversize(void *self, const LayerEntry *entry, uint64_t limit)
{
    (void)self;
    assert(entry->size > limit);
}

static void note(void *self, Str path, uint64_t offset, const char *what, bool incomplete)
{
    (void)self, (void)path, (void)offset, (void)incomplete;
    assert(what[0]);
}

static void tree_check(const Tree *tree, Arena *arena)
{
    const TreeNode *node;
    for (uint32_t at = 0; (node = tree_next(tree, &at));) {
        Str path = tree_path(tree, node, arena);
        const TreeNode *end = tree_resolve(tree, path, true);
        assert(tree_find(tree, path) == node);
        assert(!end || end->kind != LAYER_SYMLINK || !end->content);
        assert(node->kind != LAYER_WHITEOUT && node->kind != LAYER_OPAQUE);
        assert(!node->content || node->content->kind != LAYER_HARDLINK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = fuzz_arena(64 << 10);
    Limits limits = LIMITS_DEFAULT;
    size_t middle = size / 1024 * 512;
    Str all = str_of(data, size);
    const Str halves[] = {tar_mend(arena, str_head(all, middle)),
                          tar_mend(arena, str_from_pos(all, middle))};
    const LayerVisitor every = {.bytes = bytes_check};
    const LayerVisitor some = {.bytes = bytes_check,
                               .interest = interest,
                               .wants = wants,
                               .oversize = oversize,
                               .note = note};
    uint64_t entries = 0;
    Tree tree;
    LayerIndex index[2];
    const LayerWalk walk = {&limits, arena, &entries, size % 3 ? &some : &every, NULL};
    limits.file_bytes = size % 3 ? 2048 : 512 << 10;
    limits.entries = 40;
    limits.path_bytes = 80;
    tree_init(&tree, &limits, arena);
    for (uint32_t i = 0; i < 2; i++) {
        MemoryStream in;
        Error err = {0};
        memory_stream_init(&in, halves[i]);
        (void)!layer_walk_tar(&walk, &in.stream, &index[i], &err);
        tree_add_layer(&tree, &index[i], i);
    }
    tree_check(&tree, arena);
    return 0;
}
