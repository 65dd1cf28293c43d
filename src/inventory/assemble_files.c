/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/assemble_files.h"

#include <stdlib.h>

/* One file's packages in one layer, as a set of identities made when it is first asked for. */
typedef struct Snapshot {
    const LayerResult *result;
    const LayerFile *file;
    uint32_t layer;
    bool known;
    Map packages;
} Snapshot;

typedef struct Snapshots {
    Vec(Snapshot) list; /* by layer, ascending */
} Snapshots;

/* A database keeps its name where its files move (a newer rpm, a merged /usr). Files of which each
 * holds packages of its own (status.d, package.json) stand for themselves. */
static Str database_of(Str path)
{
    if (str_ends(path, STR("lib/apk/db/installed")))
        return STR("apk");
    if (str_ends(path, STR("lib/dpkg/status")))
        return STR("dpkg");
    if (str_starts(path, STR("var/lib/rpm/")) || str_starts(path, STR("usr/share/rpm/")) ||
        str_starts(path, STR("usr/lib/sysimage/rpm/")))
        return STR("rpm");
    return path;
}

static void index_file(FileIndex *index, uint32_t layer, const LayerFile *file)
{
    if (str_eq(file->path, file->as))
        *map_get(&index->by_path[layer], file->path) = (void *)(uintptr_t)file;
    if (index->assembly->layer_count < 2)
        return; /* nothing was there before */
    void **place = map_get(&index->by_database, database_of(file->as));
    if (!*place) {
        Snapshots *new = arena_new(index->arena, Snapshots);
        new->list.at = arena_new(index->arena, Snapshot); /* most files are in one layer */
        new->list.cap = 1;
        *place = new;
    }
    Snapshots *snapshots = *place;
    *vec_push(index->arena, &snapshots->list) =
        (Snapshot){.result = index->assembly->layers[layer], .file = file, .layer = layer};
}

void file_index_init(FileIndex *index, Arena *arena, const Assembly *assembly)
{
    *index = (FileIndex){.arena = arena, .assembly = assembly};
    index->by_path = arena_new_array(arena, Map, assembly->layer_count);
    map_init(&index->by_database, arena);
    for (uint32_t i = 0; i < assembly->layer_count; i++) {
        const LayerResult *result = assembly->layers[i];
        map_init(&index->by_path[i], arena);
        for (size_t j = 0; j < result->files.len; j++)
            if (result->files.at[j].path.len)
                index_file(index, i, &result->files.at[j]);
    }
}

const LayerFile *file_index_find(const FileIndex *index, uint32_t layer, Str path)
{
    return layer < index->assembly->layer_count ? map_find(&index->by_path[layer], path) : NULL;
}

static int visible_order(const void *left, const void *right)
{
    const VisibleFile *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    if (order == 0)
        order = (a->layer > b->layer) - (a->layer < b->layer);
    return order ? order : str_cmp(a->file->as, b->file->as);
}

static void add_extras(const FileIndex *index, uint32_t layer, VisibleFileVec *out)
{
    const LayerResult *result = index->assembly->layers[layer];
    for (size_t i = 0; i < result->files.len; i++) {
        const LayerFile *file = &result->files.at[i];
        VisibleFile visible = {.result = result, .file = file, .layer = layer, .path = file->as};
        if (file->path.len == 0) {
            *vec_push(index->arena, out) = visible;
            continue;
        }
        if (str_eq(file->path, file->as))
            continue;
        const TreeNode *node = tree_resolve(index->assembly->tree, file->as, true);
        if (!node || !node->content || node->content_layer != layer ||
            !str_eq(node->content->path, file->path))
            continue;
        visible.content = node->content;
        *vec_push(index->arena, out) = visible;
    }
}

VisibleFileVec file_index_visible(const FileIndex *index)
{
    VisibleFileVec out = {0};
    const TreeNode *node;
    for (uint32_t at = 0; (node = tree_next(index->assembly->tree, &at));) {
        if (node->kind != LAYER_FILE || !node->content)
            continue;
        const LayerFile *file = file_index_find(index, node->content_layer, node->content->path);
        if (file)
            *vec_push(index->arena, &out) =
                (VisibleFile){.result = index->assembly->layers[node->content_layer],
                              .file = file,
                              .layer = node->content_layer,
                              .path = node->entry->path,
                              .content = node->content};
    }
    for (uint32_t i = 0; i < index->assembly->layer_count; i++)
        add_extras(index, i, &out);
    if (out.len)
        qsort(out.at, out.len, sizeof *out.at, visible_order);
    return out;
}

static Str identity(Arena *arena, const Package *p)
{
    return arena_printf(arena, "%d\n" STR_FMT "\n" STR_FMT "\n" STR_FMT, (int)p->type,
                        STR_ARG(p->name), STR_ARG(p->version), STR_ARG(p->arch));
}

static bool snapshot_has(Arena *arena, Snapshot *snapshot, Str key)
{
    if (!snapshot->known) {
        snapshot->known = true;
        map_init(&snapshot->packages, arena);
        const PackageVec *packages = &snapshot->result->found.packages;
        for (uint32_t i = snapshot->file->packages.first; i < snapshot->file->packages.end; i++)
            *map_get(&snapshot->packages, identity(arena, &packages->at[i])) = snapshot;
    }
    return map_has(&snapshot->packages, key);
}

uint32_t file_index_origin(const FileIndex *index, const VisibleFile *file, const Package *package)
{
    uint32_t origin = file->layer;
    Snapshots *snapshots = map_find(&index->by_database, database_of(file->file->as));
    if (!snapshots || snapshots->list.len < 2)
        return origin;
    Str key = identity(index->arena, package);
    size_t i = snapshots->list.len;
    while (i && snapshots->list.at[i - 1].layer >= origin)
        i--;
    while (i) {
        uint32_t layer = snapshots->list.at[i - 1].layer;
        bool there = false;
        for (; i && snapshots->list.at[i - 1].layer == layer; i--)
            there = snapshot_has(index->arena, &snapshots->list.at[i - 1], key) || there;
        if (!there)
            break;
        origin = layer;
    }
    return origin;
}
