/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/tree.h"

#include <sys/auxv.h>

/* Nodes are found by (parent, name) in one open hash table, so a folder's removal never has to
 * rename or search anything: it marks what is below it dead. A dead node keeps its number and comes
 * back to life when its path does. A folder's children are a list; emptying the folder empties the
 * list, and so the work of all removals together is bounded by that of all insertions.
 *
 * A layer is laid on in three passes: what it hides, what it brings, and the hard links whose
 * target stands behind them. */

enum { CHUNK = 128, ROOT = 0, LINKS_MAX = 64, ROUNDS = 4 };

static TreeNode *node_at(const Tree *tree, uint32_t i)
{
    return &tree->chunks.at[i / CHUNK][i % CHUNK];
}

static uint32_t node_push(Tree *tree)
{
    if (tree->len % CHUNK == 0)
        *vec_push(tree->arena, &tree->chunks) = arena_new_array(tree->arena, TreeNode, CHUNK);
    return tree->len++;
}

/* The seed keeps those who make images from choosing names that collide. */
static uint64_t hash_of(const Tree *tree, uint32_t parent, Str name)
{
    uint64_t h = (str_hash(name) ^ tree->seed) + parent * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

static size_t slot_find(const Tree *tree, uint32_t parent, Str name)
{
    size_t mask = tree->slot_count - 1, i = hash_of(tree, parent, name) & mask;
    for (; tree->slots[i]; i = (i + 1) & mask) {
        const TreeNode *node = node_at(tree, tree->slots[i]);
        if (node->parent == parent && str_eq(node->name, name))
            break;
    }
    return i;
}

static void slots_grow(Tree *tree)
{
    tree->slot_count = tree->slot_count ? tree->slot_count * 4 : 1024;
    tree->slots = arena_new_array(tree->arena, uint32_t, tree->slot_count);
    for (uint32_t i = 1; i < tree->len; i++) {
        const TreeNode *node = node_at(tree, i);
        tree->slots[slot_find(tree, node->parent, node->name)] = i;
    }
}

/* The living child of that name, or 0. */
static uint32_t child_find(const Tree *tree, uint32_t parent, Str name)
{
    uint32_t found = tree->slots[slot_find(tree, parent, name)];
    return found && node_at(tree, found)->alive ? found : 0;
}

/* The child, dead or alive; made (dead) if there is none. */
static uint32_t child_get(Tree *tree, uint32_t parent, Str name)
{
    size_t slot = slot_find(tree, parent, name);
    if (tree->slots[slot])
        return tree->slots[slot];
    if ((size_t)(tree->len + 1) * 2 > tree->slot_count) {
        slots_grow(tree);
        slot = slot_find(tree, parent, name);
    }
    uint32_t number = node_push(tree);
    TreeNode *node = node_at(tree, number);
    node->name = name;
    node->parent = parent;
    tree->slots[slot] = number;
    return number;
}

static void children_kill(Tree *tree, uint32_t number)
{
    uint32_t child = node_at(tree, number)->child;
    node_at(tree, number)->child = 0;
    while (child) {
        TreeNode *node = node_at(tree, child);
        uint32_t next = node->sibling;
        node->linked = false;
        node->sibling = 0;
        node->alive = false;
        if (node->child)
            children_kill(tree, child); /* as deep as limits->path_depth at most */
        child = next;
    }
}

static void node_kill(Tree *tree, uint32_t number)
{
    node_at(tree, number)->alive = false;
    children_kill(tree, number);
}

static void node_revive(Tree *tree, uint32_t number)
{
    TreeNode *node = node_at(tree, number);
    node->alive = true;
    if (!node->linked) {
        TreeNode *parent = node_at(tree, node->parent);
        node->sibling = parent->child;
        parent->child = number;
        node->linked = true;
    }
}

void tree_init(Tree *tree, const Limits *limits, Arena *arena)
{
    *tree = (Tree){.arena = arena, .limits = limits};
    const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
    if (random)
        tree->seed = str_hash(str_of(random, 16));
    slots_grow(tree);
    TreeNode *root = node_at(tree, node_push(tree));
    root->kind = LAYER_DIR;
    root->alive = true;
}

static bool is_folder(const TreeNode *node)
{
    return node->alive && (node->kind == LAYER_DIR || node->kind == LAYER_SYMLINK);
}

/* A folder above something that is brought: made, or made a folder, unless it is a symlink (see
 * tree.h). */
static uint32_t folder_get(Tree *tree, uint32_t parent, Str name, uint32_t layer)
{
    uint32_t number = child_get(tree, parent, name);
    TreeNode *node = node_at(tree, number);
    if (is_folder(node))
        return number;
    node->entry = node->content = NULL;
    node->kind = LAYER_DIR;
    node->layer = node->content_layer = layer;
    node_revive(tree, number);
    return number;
}

/* Layers list a folder's files one after the other, so the last folder is mostly the next. */
static uint32_t folders_get(Tree *tree, Str path, uint32_t layer)
{
    uint32_t at = ROOT;
    Str rest = path, part;
    if (tree->recent && str_eq(path, tree->recent_path) && is_folder(node_at(tree, tree->recent)))
        return tree->recent;
    while (str_next(&rest, '/', &part))
        at = folder_get(tree, at, part, layer);
    tree->recent = at;
    tree->recent_path = path;
    return at;
}

static uint32_t path_get(Tree *tree, Str path, uint32_t layer)
{
    Str folder, name;
    if (!str_rcut(path, '/', &folder, &name))
        return child_get(tree, ROOT, path);
    return child_get(tree, folders_get(tree, folder, layer), name);
}

/* 0 is absent, or the root for the empty path. */
static uint32_t path_find(const Tree *tree, Str path)
{
    uint32_t at = ROOT;
    Str part;
    while (str_next(&path, '/', &part)) {
        if (part.len == 0)
            continue;
        at = child_find(tree, at, part);
        if (!at)
            break;
    }
    return at;
}

const TreeNode *tree_find(const Tree *tree, Str path)
{
    uint32_t found = path_find(tree, path);
    return found || str_trim_char(path, '/').len == 0 ? node_at(tree, found) : NULL;
}

/* A path being resolved: what is still to be walked, the innermost link's rest last. */
typedef struct Resolve {
    const Tree *tree;
    Str rest[LINKS_MAX + 1];
    uint32_t used, followed;
    uint32_t at;
    bool absent;
} Resolve;

static bool rest_is_empty(const Resolve *r)
{
    for (uint32_t i = 0; i < r->used; i++)
        if (str_trim_char(r->rest[i], '/').len)
            return false;
    return true;
}

static void part_walk(Resolve *r, Str part, bool follow_last)
{
    const Tree *tree = r->tree;
    if (part.len == 0 || str_eq(part, STR(".")))
        return;
    if (str_eq(part, STR(".."))) {
        r->at = node_at(tree, r->at)->parent;
        return;
    }
    uint32_t next = child_find(tree, r->at, part);
    r->absent = next == 0;
    if (r->absent)
        return;
    const TreeNode *node = node_at(tree, next);
    if (node->kind != LAYER_SYMLINK || !node->content || (!follow_last && rest_is_empty(r))) {
        r->at = next;
        return;
    }
    uint32_t most = tree->limits->links < LINKS_MAX ? tree->limits->links : LINKS_MAX;
    r->absent = ++r->followed > most;
    if (r->absent)
        return;
    if (str_at(node->content->link, 0) == '/')
        r->at = ROOT;
    r->rest[r->used++] = node->content->link;
}

static bool path_resolve(const Tree *tree, Str path, bool follow_last, uint32_t *out)
{
    Resolve r = {.tree = tree, .rest = {path}, .used = 1};
    while (r.used && !r.absent) {
        Str part;
        if (!str_next(&r.rest[r.used - 1], '/', &part))
            r.used--;
        else
            part_walk(&r, part, follow_last);
    }
    *out = r.at;
    return !r.absent;
}

const TreeNode *tree_resolve(const Tree *tree, Str path, bool follow_last)
{
    uint32_t found;
    if (path_resolve(tree, path, follow_last, &found))
        return node_at(tree, found);
    /* What stands under the name of a symlink is found by that name. */
    const TreeNode *node = tree_find(tree, path);
    return node && node->kind == LAYER_SYMLINK && follow_last ? NULL : node;
}

static void layer_hide(Tree *tree, const LayerEntry *entry)
{
    uint32_t found = path_find(tree, entry->path);
    if (entry->kind == LAYER_OPAQUE && (found || entry->path.len == 0))
        children_kill(tree, found);
    else if (entry->kind == LAYER_WHITEOUT && found)
        node_kill(tree, found);
}

/* Gives a hard link the content of its target; false while there is no target. */
static bool link_bind(Tree *tree, TreeNode *node, const LayerEntry *entry)
{
    uint32_t found = path_find(tree, entry->link);
    if (!found && !path_resolve(tree, entry->link, false, &found))
        return false;
    const TreeNode *target = found ? node_at(tree, found) : NULL;
    if (!target || !target->content || target->kind == LAYER_DIR)
        return false;
    node->content = target->content;
    node->content_layer = target->content_layer;
    node->kind = target->kind;
    return true;
}

static void layer_bring(Tree *tree, const LayerEntry *entry, uint32_t layer, size_t *unbound)
{
    if (entry->path.len == 0)
        return;
    uint32_t number = path_get(tree, entry->path, layer);
    TreeNode *node = node_at(tree, number), before = *node;
    if (entry->kind != LAYER_DIR)
        children_kill(tree, number);
    *node = (TreeNode){.name = node->name,
                       .entry = entry,
                       .content = entry,
                       .layer = layer,
                       .content_layer = layer,
                       .kind = entry->kind,
                       .alive = node->alive,
                       .linked = node->linked,
                       .parent = node->parent,
                       .child = node->child,
                       .sibling = node->sibling};
    if (entry->kind == LAYER_HARDLINK) {
        /* A link to itself finds what stood there. */
        node->content = before.alive ? before.content : NULL;
        node->content_layer = before.content_layer;
        node->kind = before.kind;
        if (!link_bind(tree, node, entry)) {
            node->content = NULL;
            node->content_layer = layer;
            node->kind = LAYER_HARDLINK;
            ++*unbound;
        }
    }
    node_revive(tree, number);
}

/* Links that stand before their targets: no tool writes them so, but the order of a list should not
 * decide what is found. Each round binds at least one or is the last. */
static void links_finish(Tree *tree, const LayerIndex *index, uint32_t layer, size_t unbound)
{
    for (uint32_t round = 0; unbound && round < ROUNDS; round++) {
        size_t before = unbound;
        for (size_t i = 0; i < index->len; i++) {
            const LayerEntry *entry = layer_index_at(index, i);
            if (entry->kind != LAYER_HARDLINK)
                continue;
            uint32_t found = path_find(tree, entry->path);
            TreeNode *node = found ? node_at(tree, found) : NULL;
            if (node && node->entry == entry && !node->content && node->layer == layer)
                unbound -= link_bind(tree, node, entry);
        }
        if (unbound == before)
            return;
    }
}

void tree_add_layer(Tree *tree, const LayerIndex *index, uint32_t layer)
{
    size_t unbound = 0;
    for (size_t i = 0; i < index->len; i++) {
        const LayerEntry *entry = layer_index_at(index, i);
        if (entry->kind == LAYER_WHITEOUT || entry->kind == LAYER_OPAQUE)
            layer_hide(tree, entry);
    }
    for (size_t i = 0; i < index->len; i++) {
        const LayerEntry *entry = layer_index_at(index, i);
        if (entry->kind != LAYER_WHITEOUT && entry->kind != LAYER_OPAQUE)
            layer_bring(tree, entry, layer, &unbound);
    }
    links_finish(tree, index, layer, unbound);
}

Str tree_path(const Tree *tree, const TreeNode *node, Arena *arena)
{
    Str path = node->name;
    while (node->parent != ROOT) {
        node = node_at(tree, node->parent);
        path = arena_join(arena, arena_join(arena, node->name, STR("/")), path);
    }
    return path;
}

const TreeNode *tree_next(const Tree *tree, uint32_t *at)
{
    while (++*at < tree->len)
        if (node_at(tree, *at)->alive)
            return node_at(tree, *at);
    return NULL;
}
