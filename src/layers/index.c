/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/visit.h"

/* Entries lie in chunks, so that a list of millions neither moves nor leaves its old self behind in
 * the arena. */
enum { CHUNK = 128 };

const LayerEntry *layer_index_at(const LayerIndex *index, size_t i)
{
    return &index->chunks.at[i / CHUNK][i % CHUNK];
}

LayerEntry *layer_index_get(LayerIndex *index, size_t i)
{
    return &index->chunks.at[i / CHUNK][i % CHUNK];
}

LayerEntry *layer_index_push(Arena *arena, LayerIndex *index)
{
    if (index->len % CHUNK == 0)
        *vec_push(arena, &index->chunks) = arena_new_array(arena, LayerEntry, CHUNK);
    LayerEntry *entry = &index->chunks.at[index->len / CHUNK][index->len % CHUNK];
    index->len++;
    return entry;
}

bool entry_add(const LayerWalk *walk, LayerIndex *index, const LayerEntry *entry, Error *err)
{
    if (++*walk->entries > walk->limits->entries)
        return error_set(err, ERR_LIMIT, "more than %llu entries in the image",
                         (unsigned long long)walk->limits->entries);
    LayerEntry *copy = layer_index_push(walk->arena, index);
    *copy = *entry;
    copy->path = arena_str(walk->arena, entry->path);
    copy->link = entry->link.len ? arena_str(walk->arena, entry->link) : (Str){0};
    return true;
}

NameKind name_parse(Arena *arena, Str path, Str *target)
{
    Str folder, name;
    if (!str_rcut(path, '/', &folder, &name)) {
        folder = (Str){0};
        name = path;
    }
    *target = path;
    if (!str_starts(name, STR(".wh.")))
        return NAME_PLAIN;
    if (str_eq(name, STR(".wh..wh..opq"))) {
        *target = folder;
        return NAME_OPAQUE;
    }
    Str hidden = str_from_pos(name, 4);
    if (str_starts(hidden, STR(".wh.")) || hidden.len == 0 || str_eq(hidden, STR(".")) ||
        str_eq(hidden, STR("..")))
        return NAME_IGNORED;
    *target = arena_join(arena, str_head(path, path.len - name.len), hidden);
    return NAME_WHITEOUT;
}

LayerInterest visitor_interest(const LayerWalk *walk, const LayerEntry *entry)
{
    const LayerVisitor *v = walk->visitor;
    if (!v)
        return LAYER_SKIP;
    return v->interest ? v->interest(v->self, entry) : LAYER_PEEK;
}

bool visitor_wants(const LayerWalk *walk, const LayerEntry *entry, Str head)
{
    const LayerVisitor *v = walk->visitor;
    return !v->wants || v->wants(v->self, entry, head);
}

bool visitor_worth(const LayerWalk *walk, const LayerEntry *entry, Str head, Fd file)
{
    const LayerVisitor *v = walk->visitor;
    return !v->worth || v->worth(v->self, entry, head, file);
}

void visitor_oversize(const LayerWalk *walk, const LayerEntry *entry)
{
    const LayerVisitor *v = walk->visitor;
    if (v->oversize)
        v->oversize(v->self, entry, walk->limits->file_bytes);
}

void visitor_note(const LayerWalk *walk, Str path, uint64_t offset, const char *what,
                  bool incomplete)
{
    const LayerVisitor *v = walk->visitor;
    if (v && v->note)
        v->note(v->self, path, offset, what, incomplete);
}
