/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/path.h"
#include "archive/tar.h"
#include "layers/visit.h"

/* One pass, nothing kept but the index: a wanted file that fits the reader's buffer is shown where
 * it lies, a larger one is gathered in a buffer that is used again for the next. */
enum {
    DIRECT = 64 << 10, /* read at a time */
    KEPT = LAYER_LONG, /* of a buffer for the next file: what one huge file took is given back */
};

typedef struct TarWalk {
    const LayerWalk *walk;
    TarReader tar;
    Arena own, *scratch;
    Buf gathered;
    LayerIndex *out;
} TarWalk;

static void tar_walk_fini(TarWalk *w)
{
    buf_fini(&w->gathered);
    arena_fini(&w->own);
}

/* Room for all of a file at once: growing would copy it again and again. */
static void gathered_clear(TarWalk *w, uint64_t room)
{
    if (w->gathered.cap < room)
        buf_fini(&w->gathered);
    buf_clear(&w->gathered);
    (void)buf_reserve(&w->gathered, (size_t)room);
}

static bool bytes_give(TarWalk *w, const LayerEntry *entry, Error *err)
{
    const LayerVisitor *visitor = w->walk->visitor;
    Str bytes = {0};
    if (!w->tar.entry.sparse && entry->size <= TAR_BUFFER) {
        if (!tar_peek(&w->tar, (size_t)entry->size, &bytes, err))
            return false;
    } else {
        gathered_clear(w, entry->size + DIRECT);
        if (!stream_read_all(tar_body(&w->tar), w->walk->limits->file_bytes, &w->gathered, err))
            return false;
        bytes = buf_str(&w->gathered);
    }
    bool ok = visitor->bytes(visitor->self, entry, bytes, err);
    if (w->gathered.cap > KEPT)
        buf_fini(&w->gathered);
    return ok;
}

static bool tail_give(TarWalk *w, const LayerEntry *entry, Str head, Error *err)
{
    const LayerVisitor *visitor = w->walk->visitor;
    Str kept = arena_str(w->scratch, head); /* the reader's buffer moves on */
    gathered_clear(w, LAYER_TAIL + DIRECT);
    if (!stream_skip(tar_body(&w->tar), entry->size - LAYER_TAIL, err) ||
        !stream_read_all(tar_body(&w->tar), LAYER_TAIL, &w->gathered, err))
        return false;
    visitor->tail(visitor->self, entry, kept, buf_str(&w->gathered));
    return true;
}

/* True in *done: its tail was shown in its stead. */
static bool tail_visit(TarWalk *w, const LayerEntry *entry, bool *done, Error *err)
{
    const LayerVisitor *visitor = w->walk->visitor;
    Str head;
    *done = false;
    if (entry->size <= LAYER_LONG || w->tar.entry.sparse || !visitor->has_tail)
        return true;
    if (!tar_peek(&w->tar, LAYER_LONG_HEAD, &head, err))
        return false;
    *done = visitor->has_tail(visitor->self, entry, head);
    return !*done || tail_give(w, entry, head, err);
}

/* A sparse file's head cannot be seen without taking it: it is judged by its name alone. */
static bool file_visit(TarWalk *w, const LayerEntry *entry, Error *err)
{
    LayerInterest interest = visitor_interest(w->walk, entry);
    bool done = false;
    if (interest == LAYER_SKIP)
        return true;
    if (interest == LAYER_PEEK) {
        Str head;
        if (!tar_peek(&w->tar, LAYER_HEAD, &head, err))
            return false;
        if (!visitor_wants(w->walk, entry, head))
            return true;
    }
    if (entry->size > w->walk->limits->file_bytes) {
        visitor_oversize(w->walk, entry);
        return true;
    }
    if (interest == LAYER_PEEK && !tail_visit(w, entry, &done, err))
        return false;
    return done || bytes_give(w, entry, err);
}

static LayerEntryKind kind_of(TarType type)
{
    switch (type) {
    case TAR_FILE:
        return LAYER_FILE;
    case TAR_DIR:
        return LAYER_DIR;
    case TAR_SYMLINK:
        return LAYER_SYMLINK;
    case TAR_HARDLINK:
        return LAYER_HARDLINK;
    default:
        return LAYER_OTHER;
    }
}

/* Fills in what a link points to; false if it points nowhere. */
static bool link_make(TarWalk *w, const TarEntry *raw, LayerEntry *out)
{
    bool escaped = false;
    if (out->kind == LAYER_SYMLINK)
        out->link = raw->link;
    if (out->kind != LAYER_HARDLINK)
        return true;
    bool ok = path_clean(w->scratch, raw->link, w->walk->limits, &out->link, &escaped);
    if (escaped)
        visitor_note(w->walk, raw->path, raw->offset, "the link climbs out of the image", false);
    return ok;
}

/* False: an entry that is not listed. */
static bool entry_make(TarWalk *w, const TarEntry *raw, LayerEntry *out)
{
    bool escaped = false;
    Str path;
    *out = (LayerEntry){.kind = kind_of(raw->type), .size = raw->size, .mode = raw->mode};
    if (raw->too_long || !path_clean(w->scratch, raw->path, w->walk->limits, &path, &escaped)) {
        visitor_note(w->walk, str_head(raw->path, 200), raw->offset, "the path is too long or deep",
                     true);
        return false;
    }
    if (escaped)
        visitor_note(w->walk, raw->path, raw->offset, "the path climbs out of the image", false);
    if (path.len == 0)
        return false; /* the root itself */
    switch (name_parse(w->scratch, path, &out->path)) {
    case NAME_WHITEOUT:
        *out = (LayerEntry){.kind = LAYER_WHITEOUT, .path = out->path};
        return true;
    case NAME_OPAQUE:
        *out = (LayerEntry){.kind = LAYER_OPAQUE, .path = out->path};
        return true;
    case NAME_IGNORED:
        return false;
    default:
        return link_make(w, raw, out);
    }
}

static bool entry_visit(TarWalk *w, const TarEntry *raw, Error *err)
{
    LayerEntry entry;
    ArenaMark mark = arena_mark(w->scratch);
    bool ok = true;
    if (entry_make(w, raw, &entry))
        ok = entry_add(w->walk, w->out, &entry, err) &&
             (entry.kind != LAYER_FILE || file_visit(w, &entry, err));
    arena_reset(w->scratch, mark);
    return ok;
}

/* Once a layer: what hides or replaces files here does neither where the image runs. */
static void behind_note(const TarWalk *w, const TarEntry *raw, bool *noted)
{
    if (w->tar.behind && !*noted)
        visitor_note(w->walk, str_head(raw->path, 200), raw->offset,
                     "stands behind the end of the archive, where a runtime stops reading", true);
    *noted = w->tar.behind;
}

bool layer_walk_tar(const LayerWalk *walk, Stream *tar, LayerIndex *out, Error *err)
{
    TarWalk w CLEANUP(tar_walk_fini) = {.walk = walk, .out = out};
    TarEntry entry;
    bool end = false, noted = false;
    *out = (LayerIndex){0};
    w.scratch = walk->scratch ? walk->scratch : &w.own;
    tar_init(&w.tar, tar, walk->limits, w.scratch);
    for (;;) {
        if (!tar_next(&w.tar, &entry, &end, err))
            return false;
        if (end)
            return true;
        behind_note(&w, &entry, &noted);
        if (!entry_visit(&w, &entry, err))
            return false;
    }
}
