/* SPDX-License-Identifier: Apache-2.0 */
#include "layers/folder.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/reader.h"
#include "layers/visit.h"
#include "layers/wire.h"

/* The records of a list come in any order, but those of one folder in its own. They are kept as they
 * came, sorted once all are there, and only then made into entries: nothing is held twice for long,
 * and nothing depends on who was first. */
typedef struct FolderPiece {
    Str path, body;
    ListRecord what;
    size_t order;
} FolderPiece;

static bool record_take(FolderListing *listings, size_t count, Str record)
{
    Reader r = reader_of(record);
    uint64_t number = reader_varint(&r);
    uint8_t what = reader_u8(&r);
    Str path = reader_str(&r);
    if (!reader_ok(&r) || number >= count || what > LIST_FAIL)
        return false;
    FolderListing *listing = &listings[number];
    FolderPiece *piece = vec_push(&listing->arena, &listing->pieces);
    *piece = (FolderPiece){.path = arena_str(&listing->arena, path),
                           .body = arena_str(&listing->arena, reader_take(&r, reader_left(&r))),
                           .what = (ListRecord)what,
                           .order = listing->pieces.len};
    return true;
}

bool folder_listing_add(FolderListing *listings, size_t count, Str batch, Error *err)
{
    Reader r = reader_of(batch);
    while (reader_ok(&r) && reader_left(&r)) {
        Str record = reader_str(&r);
        if (!reader_ok(&r) || !record_take(listings, count, record))
            return error_set(err, ERR_INTERNAL, "the list of a folder is malformed");
    }
    return true;
}

void folder_listing_fini(FolderListing *listing)
{
    arena_fini(&listing->arena);
    *listing = (FolderListing){0};
}

/* ---- from the list to the index ---- */

typedef struct FolderWalk {
    const LayerWalk *walk;
    LayerDirKind kind;
    LayerIndex *out;
    Arena scratch;
    Buf path, bytes;
    Vec(size_t) wanted; /* of out: those to be read */
    Vec(bool) looked;   /* of wanted: their first bytes have to be judged */
    Error trouble;      /* the first, in the order of paths */
} FolderWalk;

static void folder_walk_fini(FolderWalk *w)
{
    arena_fini(&w->scratch);
    buf_fini(&w->path);
    buf_fini(&w->bytes);
}

static void trouble_set(FolderWalk *w, ErrorCode code, Str text)
{
    if (!w->trouble.code)
        error_set(&w->trouble, code, STR_FMT, STR_ARG(text));
}

/* fuse-overlayfs writes the same names as tar layers where it may not make devices. */
static bool entry_name(FolderWalk *w, LayerEntry *entry, bool *plain)
{
    if (w->kind != LAYER_DIR_OVERLAY)
        return true;
    switch (name_parse(&w->scratch, entry->path, &entry->path)) {
    case NAME_PLAIN:
        return true;
    case NAME_IGNORED:
        return false;
    case NAME_OPAQUE:
        entry->kind = LAYER_OPAQUE;
        break;
    case NAME_WHITEOUT:
        entry->kind = LAYER_WHITEOUT;
        break;
    }
    entry->link = (Str){0};
    *plain = false;
    return true;
}

static bool entry_take(FolderWalk *w, Reader *r, size_t folder_len, Error *err)
{
    static const LayerEntryKind kinds[] = {LAYER_FILE, LAYER_SYMLINK, LAYER_WHITEOUT, LAYER_OTHER};
    unsigned what = reader_u8(r), kind = what & LIST_ENTRY_BITS, wish = what - kind;
    Str name = reader_str(r), link = kind == LIST_SYMLINK ? reader_str(r) : (Str){0};
    if (!reader_ok(r) || kind >= COUNT_OF(kinds))
        return error_set(err, ERR_INTERNAL, "the list of a folder is malformed");
    w->path.len = folder_len;
    buf_put(&w->path, name);
    LayerEntry entry = {.kind = kinds[kind], .path = buf_str(&w->path), .link = link};
    bool plain = true;
    if (!entry_name(w, &entry, &plain))
        return true;
    if (plain && kind == LIST_FILE && wish) {
        *vec_push(&w->scratch, &w->wanted) = w->out->len;
        *vec_push(&w->scratch, &w->looked) = wish == WISH_LOOK;
    }
    return entry_add(w->walk, w->out, &entry, err);
}

static bool folder_take(FolderWalk *w, const FolderPiece *piece, Error *err)
{
    Reader r = reader_of(piece->body);
    if (piece->what == LIST_FOLDER) {
        uint64_t mode = reader_varint(&r);
        uint8_t opaque = reader_u8(&r);
        LayerEntry folder = {.kind = LAYER_DIR, .path = piece->path, .mode = mode & 07777};
        LayerEntry hides = {.kind = LAYER_OPAQUE, .path = piece->path};
        if ((piece->path.len && !entry_add(w->walk, w->out, &folder, err)) ||
            (opaque && !entry_add(w->walk, w->out, &hides, err)))
            return false;
    }
    buf_clear(&w->path);
    buf_put(&w->path, piece->path);
    if (piece->path.len)
        buf_put_char(&w->path, '/');
    size_t len = w->path.len;
    while (reader_ok(&r) && reader_left(&r))
        if (!entry_take(w, &r, len, err))
            return false;
    return reader_ok(&r) || error_set(err, ERR_INTERNAL, "the list of a folder is malformed");
}

static bool piece_take(FolderWalk *w, const FolderPiece *piece, Error *err)
{
    static const char *const notes[] = {
        [NOTE_UNREADABLE] = "cannot be read", [NOTE_TOO_DEEP] = "the path is too long or deep"};
    if (piece->what == LIST_FOLDER || piece->what == LIST_MORE)
        return folder_take(w, piece, err);
    Reader r = reader_of(piece->body);
    uint8_t which = reader_u8(&r);
    if (piece->what == LIST_NOTE && which < COUNT_OF(notes))
        visitor_note(w->walk, piece->path, 0, notes[which], true);
    if (piece->what != LIST_FAIL)
        return true;
    Str why = reader_str(&r);
    if (why.len == 0)
        return error_set(err, ERR_INTERNAL, "the list of a folder is malformed");
    trouble_set(w, which == ERR_LIMIT ? ERR_LIMIT : ERR_UNSUPPORTED, why);
    return true;
}

static int piece_order(const void *left, const void *right)
{
    const FolderPiece *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

static bool index_make(FolderWalk *w, const FolderListing *listing, Error *err)
{
    if (listing->pieces.len)
        qsort(listing->pieces.at, listing->pieces.len, sizeof *listing->pieces.at, piece_order);
    for (size_t i = 0; i < listing->pieces.len; i++)
        if (!piece_take(w, &listing->pieces.at[i], err))
            return false;
    return true;
}

/* ---- the files ---- */

/* Of an executable or a jar little is needed. Only where nobody writes: engines keep layers as they
 * are, but in a root that is alive whoever reads twice may read two things. */
enum { VIEW_FROM = 128 << 10 };

static bool view_give(FolderWalk *w, Fd fd, Str bytes, const LayerEntry *entry, Error *err)
{
    const LayerVisitor *visitor = w->walk->visitor;
    uint64_t size = 0;
    bool ok = visitor->bytes(visitor->self, entry, bytes, err);
    bool whole = view_close(&bytes);
    /* What is cut off within the last page makes no fault. */
    if (!whole || !fd_size(fd, &size, NULL) || size < entry->size)
        visitor_note(w->walk, entry->path, 0, "cannot be read to its end", true);
    return ok;
}

static bool whole_give(FolderWalk *w, Fd fd, const LayerEntry *entry, Error *err)
{
    Str view;
    if (w->kind == LAYER_DIR_OVERLAY && entry->size >= VIEW_FROM &&
        view_open(fd, entry->size, &view))
        return view_give(w, fd, view, entry, err);
    FileStream file;
    const LayerVisitor *visitor = w->walk->visitor;
    buf_clear(&w->bytes);
    file_stream_init(&file, fd, 0, entry->size);
    if (!stream_read_all(&file.stream, w->walk->limits->file_bytes, &w->bytes, NULL)) {
        visitor_note(w->walk, entry->path, 0, "cannot be read to its end", true);
        return true;
    }
    return visitor->bytes(visitor->self, entry, buf_str(&w->bytes), err);
}

static bool file_read_open(FolderWalk *w, Fd fd, LayerEntry *entry, bool looked, Error *err)
{
    struct stat st;
    char bytes[LAYER_HEAD];
    size_t got = 0;
    if (fstat(fd, &st) != 0 || (looked && !fd_pread(fd, bytes, sizeof bytes, 0, &got, NULL))) {
        visitor_note(w->walk, entry->path, 0, "cannot be read", true);
        return true;
    }
    Str head = str_of(bytes, got);
    if (looked && !visitor_wants(w->walk, entry, head))
        return true;
    entry->size = (uint64_t)st.st_size;
    entry->mode = st.st_mode & 07777;
    if (looked && !visitor_worth(w->walk, entry, head, fd))
        return true;
    if (entry->size > w->walk->limits->file_bytes) {
        visitor_oversize(w->walk, entry);
        return true;
    }
    return whole_give(w, fd, entry, err);
}

static const char metacopy[] = "overlayfs metacopy needs the layers below: read the image instead";

static bool file_take(FolderWalk *w, const FolderFile *file, LayerEntry *entry, bool looked,
                      Error *err)
{
    switch (file->how) {
    case FOLDER_OPEN:
        return file_read_open(w, file->fd, entry, looked, err);
    case FOLDER_UNREADABLE:
        visitor_note(w->walk, entry->path, 0, "cannot be read", true);
        return true;
    case FOLDER_METACOPY:
        visitor_note(w->walk, entry->path, 0, metacopy, true);
        trouble_set(w, ERR_UNSUPPORTED,
                    arena_printf(&w->scratch, "\"" STR_FMT "\": %s",
                                 STR_ARG(str_head(entry->path, 300)), metacopy));
        return true;
    default: /* it changes while we look */
        return true;
    }
}

static bool files_ask(const FolderWalk *w, const FolderOpener *opener, size_t from, Error *err)
{
    Str paths[FOLDER_BATCH];
    size_t count = 0;
    for (; count < FOLDER_BATCH && from + count < w->wanted.len; count++)
        paths[count] = layer_index_at(w->out, w->wanted.at[from + count])->path;
    return count == 0 || opener->ask(opener->self, paths, count, err);
}

/* The next are asked for before these are read. */
static bool files_take(FolderWalk *w, const FolderOpener *opener, size_t from, Error *err)
{
    FolderFile files[FOLDER_BATCH];
    size_t count = w->wanted.len - from < FOLDER_BATCH ? w->wanted.len - from : FOLDER_BATCH;
    bool ok = opener->take(opener->self, files, count, err);
    if (!ok)
        return false;
    ok = files_ask(w, opener, from + count, err);
    for (size_t i = 0; i < count; i++) {
        LayerEntry *entry = layer_index_get(w->out, w->wanted.at[from + i]);
        ok = ok && file_take(w, &files[i], entry, w->looked.at[from + i], err);
        fd_close(&files[i].fd);
    }
    return ok;
}

static bool files_read(FolderWalk *w, const FolderOpener *opener, Error *err)
{
    if (!w->walk->visitor || !files_ask(w, opener, 0, err))
        return !w->walk->visitor;
    for (size_t from = 0; from < w->wanted.len; from += FOLDER_BATCH)
        if (!files_take(w, opener, from, err))
            return false;
    return true;
}

bool layer_walk_folder(const LayerWalk *walk, const FolderListing *listing, LayerDirKind kind,
                       const FolderOpener *opener, LayerIndex *out, Error *err)
{
    FolderWalk w CLEANUP(folder_walk_fini) = {.walk = walk, .kind = kind, .out = out};
    *out = (LayerIndex){0};
    Error limit = {0};
    bool ok = index_make(&w, listing, &limit);
    if (!ok && limit.code != ERR_LIMIT) {
        if (err)
            *err = limit;
        return false;
    }
    if (!ok)
        trouble_set(&w, ERR_LIMIT, error_message(&limit));
    if (!files_read(&w, opener, err))
        return false;
    if (w.trouble.code && err)
        *err = w.trouble;
    return !w.trouble.code;
}

bool layer_read_files(const LayerWalk *walk, const FolderOpener *opener, const Str *paths,
                      size_t count, Error *err)
{
    LayerIndex index = {0};
    FolderWalk w CLEANUP(folder_walk_fini) = {.walk = walk, .out = &index};
    for (size_t i = 0; i < count; i++) {
        *vec_push(&w.scratch, &w.wanted) = i;
        *vec_push(&w.scratch, &w.looked) = false;
        *layer_index_push(&w.scratch, &index) = (LayerEntry){.kind = LAYER_FILE, .path = paths[i]};
    }
    return files_read(&w, opener, err);
}
