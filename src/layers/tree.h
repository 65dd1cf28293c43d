/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "layers/layer.h"

/* The files of an image after all its layers: each path knows the layer that brought it. */
typedef struct TreeNode {
    Str name;                /* the last part of the path */
    const LayerEntry *entry; /* what brought it; NULL for a folder that no layer lists */
    /* Where the bytes are: the entry itself or, for a hard link, the file at the end of the chain,
     * wherever it has gone since. NULL if the target is nowhere. */
    const LayerEntry *content;
    uint32_t layer;         /* of `entry` */
    uint32_t content_layer; /* of `content` */
    LayerEntryKind kind; /* FILE, DIR, SYMLINK or OTHER; a hard link is what it points to, or else
                          * stays HARDLINK */
    bool alive, linked;
    uint32_t parent, child, sibling; /* numbers of nodes; 0 is the root and none */
} TreeNode;

typedef struct Tree {
    Arena *arena;
    const Limits *limits;
    Vec(TreeNode *) chunks;
    uint32_t len;    /* numbers given out */
    uint32_t *slots; /* (parent, name) -> number */
    size_t slot_count;
    uint64_t seed;
    uint32_t recent; /* the folder last added to, and its path */
    Str recent_path;
} Tree;

void tree_init(Tree *tree, const Limits *limits, Arena *arena);

/* Lays the next layer on top. What it hides is hidden of the layers below only, wherever in the
 * layer the whiteout stands; a file replaces a folder and all in it. The index must outlive the
 * tree.
 *
 * A path that leads through a symlink ("lib/x" where "lib" is one) stays under that name too:
 * runtimes differ in whether they follow it, and neither reading may hide a file. */
void tree_add_layer(Tree *tree, const LayerIndex *index, uint32_t layer);

/* By a clean path, no link followed. NULL if absent. */
const TreeNode *tree_find(const Tree *tree, Str path);

/* As a process in the image would see it: absolute or relative (to the root), ".." held at the
 * root, links followed up to limits->links, the last one only if asked. NULL if it leads nowhere.
 */
const TreeNode *tree_resolve(const Tree *tree, Str path, bool follow_last);

Str tree_path(const Tree *tree, const TreeNode *node, Arena *arena);

/* All nodes but the root, parents before children, in the order in which paths first came up:
 *     for (uint32_t at = 0; (node = tree_next(&tree, &at));) */
const TreeNode *tree_next(const Tree *tree, uint32_t *at);
