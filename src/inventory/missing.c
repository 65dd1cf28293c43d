/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/assemble.h"

#include <stdlib.h>
#include "inventory/assemble_files.h"
#include "inventory/sink.h"

/* Catalogers see a file under the name that its layer lists. These names may be symlinks, or lead
 * through one: what they lead to was seen under a name that says nothing. */
static const Str paths[] = {
    STR_INIT("etc/os-release"),
    STR_INIT("usr/lib/os-release"),
    STR_INIT("etc/lsb-release"),
    STR_INIT("etc/debian_version"),
    STR_INIT("etc/alpine-release"),
    STR_INIT("etc/redhat-release"),
    STR_INIT("etc/system-release"),
    STR_INIT("etc/SuSE-release"),
    STR_INIT("etc/apk/repositories"),
    STR_INIT("lib/apk/db/installed"),
    STR_INIT("usr/lib/apk/db/installed"),
    STR_INIT("var/lib/dpkg/status"),
    STR_INIT("usr/lib/dpkg/status"),
    STR_INIT("usr/lib/opkg/status"),
    STR_INIT("var/lib/rpm/Packages"),
    STR_INIT("var/lib/rpm/Packages.db"),
    STR_INIT("var/lib/rpm/rpmdb.sqlite"),
    STR_INIT("usr/lib/sysimage/rpm/Packages"),
    STR_INIT("usr/lib/sysimage/rpm/Packages.db"),
    STR_INIT("usr/lib/sysimage/rpm/rpmdb.sqlite"),
    STR_INIT("usr/share/rpm/rpmdb.sqlite"),
    STR_INIT("var/lib/rpmmanifest/container-manifest-2"),
};
static const Str dirs[] = {
    STR_INIT("var/lib/dpkg/status.d"),
    STR_INIT("var/lib/dpkg/info"),
};

typedef struct Missing {
    Arena *arena;
    const Assembly *assembly;
    FileIndex index;
    Map done; /* "layer as" -> */
    MissingFileVec out;
} Missing;

static bool was_read_as(const Missing *m, uint32_t layer, Str path, Str as)
{
    const LayerResult *result = m->assembly->layers[layer];
    for (size_t i = 0; i < result->files.len; i++)
        if (str_eq(result->files.at[i].path, path) && str_eq(result->files.at[i].as, as))
            return true;
    return false;
}

static void ask_for(Missing *m, const TreeNode *node, Str as)
{
    if (!node || node->kind != LAYER_FILE || !node->content ||
        node->content_layer >= m->assembly->layer_count || str_eq(node->content->path, as))
        return;
    uint32_t layer = node->content_layer;
    Str path = node->content->path;
    if (file_index_find(&m->index, layer, path) || was_read_as(m, layer, path, as))
        return;
    Str key = arena_printf(m->arena, "%u " STR_FMT, layer, STR_ARG(as));
    if (map_has(&m->done, key))
        return;
    *map_get(&m->done, key) = m;
    *vec_push(m->arena, &m->out) = (MissingFile){.layer = layer, .path = path, .as = as};
}

/* A folder that is elsewhere: its files under the folder's proper name. */
static void ask_for_dir(Missing *m, Str dir)
{
    const TreeNode *target = tree_resolve(m->assembly->tree, dir, true);
    if (!target || target->kind != LAYER_DIR)
        return;
    Str real = tree_path(m->assembly->tree, target, m->arena);
    if (str_eq(real, dir))
        return;
    const TreeNode *node;
    for (uint32_t at = 0; (node = tree_next(m->assembly->tree, &at));) {
        if (node->kind != LAYER_FILE)
            continue;
        Str folder, name;
        if (!str_rcut(node->entry->path, '/', &folder, &name) || !str_eq(folder, real))
            continue;
        Str as = arena_printf(m->arena, STR_FMT "/" STR_FMT, STR_ARG(dir), STR_ARG(name));
        if (catalogers_want_path(as))
            ask_for(m, node, as);
    }
}

static int missing_order(const void *left, const void *right)
{
    const MissingFile *a = left, *b = right;
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    int order = str_cmp(a->path, b->path);
    return order ? order : str_cmp(a->as, b->as);
}

void missing_sort(MissingFileVec *files)
{
    size_t kept = 0;
    if (files->len)
        qsort(files->at, files->len, sizeof *files->at, missing_order);
    for (size_t i = 0; i < files->len; i++)
        if (i == 0 || missing_order(&files->at[kept - 1], &files->at[i]) != 0)
            files->at[kept++] = files->at[i];
    files->len = kept;
}

/* Under the name of a file that is data by it, nobody looked whether a program is in it. */
static bool is_new_to_lookers(const TreeNode *node)
{
    const LayerEntry *link = node->entry, *file = node->content;
    return file && catalogers_may_look(link->path, link->mode) &&
           !catalogers_may_look(file->path, file->mode);
}

MissingFileVec assemble_missing(Arena *arena, const Assembly *assembly)
{
    Missing m = {.arena = arena, .assembly = assembly};
    map_init(&m.done, arena);
    file_index_init(&m.index, arena, assembly);
    const TreeNode *node;
    for (uint32_t at = 0; (node = tree_next(assembly->tree, &at));)
        if (node->entry && node->entry->kind == LAYER_HARDLINK &&
            (catalogers_want_path(node->entry->path) || is_new_to_lookers(node)))
            ask_for(&m, node, node->entry->path);
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        ask_for(&m, tree_resolve(assembly->tree, paths[i], true), paths[i]);
    for (size_t i = 0; i < COUNT_OF(dirs); i++)
        ask_for_dir(&m, dirs[i]);
    missing_sort(&m.out);
    return m.out;
}

/* The first of this layer and path, or how many there are. */
static size_t find_first(const MissingWalk *walk, Str path)
{
    MissingFile key = {.layer = walk->layer, .path = path};
    size_t low = 0, high = walk->files->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (missing_order(&walk->files->at[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_of(const MissingWalk *walk, size_t i, Str path)
{
    return i < walk->files->len && walk->files->at[i].layer == walk->layer &&
           str_eq(walk->files->at[i].path, path);
}

static LayerInterest visit_interest(void *self, const LayerEntry *entry)
{
    const MissingWalk *walk = self;
    return is_of(walk, find_first(walk, entry->path), entry->path) ? LAYER_TAKE : LAYER_SKIP;
}

static bool visit_bytes(void *self, const LayerEntry *entry, Str bytes, Error *err)
{
    (void)err;
    const MissingWalk *walk = self;
    for (size_t i = find_first(walk, entry->path); is_of(walk, i, entry->path); i++)
        layer_result_read(walk->result, entry->path, walk->files->at[i].as, bytes, entry->mode);
    return true;
}

static void visit_oversize(void *self, const LayerEntry *entry, uint64_t limit)
{
    const MissingWalk *walk = self;
    layer_result_say(walk->result, entry->path, true,
                     "%llu bytes, more than the %llu that are read",
                     (unsigned long long)entry->size, (unsigned long long)limit);
}

/* Of the layer everything else was said when it was read. */
static void visit_note(void *self, Str path, uint64_t offset, const char *what, bool incomplete)
{
    const MissingWalk *walk = self;
    (void)offset;
    if (is_of(walk, find_first(walk, path), path))
        layer_result_say(walk->result, path, incomplete, "%s", what);
}

LayerVisitor missing_visitor(MissingWalk *walk)
{
    return (LayerVisitor){.self = walk,
                          .interest = visit_interest,
                          .bytes = visit_bytes,
                          .oversize = visit_oversize,
                          .note = visit_note};
}
