/* SPDX-License-Identifier: Apache-2.0 */
/* What a child sends, what its parent answers and what a cache holds: each is refused or holds
 * together. Linked with --wrap of what would go through a socket or a file. */
#include <assert.h>
#include <sys/mman.h>

#include "analyze/converse.h"
#include "archive/codec.h"
#include "base/hash.h"
#include "base/sum.h"
#include "fuzz.h"
#include "inventory/assemble.h"
#include "inventory/wire.h"
#include "layers/folder.h"

static void inventory_check(const Inventory *inventory)
{
    for (size_t i = 0; i < inventory->packages.len; i++) {
        const Package *p = &inventory->packages.at[i];
        assert(p->owner == PACKAGE_NONE || p->owner < inventory->packages.len);
        assert(p->layer == LAYER_NONE || p->layer < inventory->subject.layers.len);
        assert(p->executable == EXECUTABLE_NONE || p->executable < inventory->executables.len);
        assert(p->type < PACKAGE_TYPES && p->id.len);
    }
}

static void inventory(Str bytes, Arena *arena, const Limits *limits)
{
    Inventory out;
    if (inventory_decode(bytes, arena, limits, &out, NULL))
        inventory_check(&out);
}

/* --- results of layers --- */

enum { LAYERS = 2 };

/* What layer_result_encode writes before anything else: magic and version, so that seeds last. */
static Str result_head(Arena *arena, const Limits *limits)
{
    Buf out CLEANUP(buf_fini) = {0};
    LayerResult nothing;
    enum { EMPTY_LISTS = 6 };
    layer_result_init(&nothing, arena, limits);
    layer_result_encode(&nothing, &out);
    return arena_str(arena, str_head(buf_str(&out), out.len - EMPTY_LISTS));
}

/* Files where it says that files are or that something is incomplete (which nobody read), and a
 * link for each note. */
static void tree_grow(Tree *tree, Arena *arena, const LayerResult *result, uint32_t number)
{
    LayerIndex *index = arena_new(arena, LayerIndex);
    for (size_t i = 0; i < result->files.len; i++)
        if (result->files.at[i].path.len)
            *layer_index_push(arena, index) =
                (LayerEntry){.kind = LAYER_FILE, .path = result->files.at[i].path};
    for (size_t i = 0; i < result->found.incomplete.len; i++)
        if (result->found.incomplete.at[i].what.len)
            *layer_index_push(arena, index) =
                (LayerEntry){.kind = LAYER_FILE, .path = result->found.incomplete.at[i].what};
    for (size_t i = 0; i < result->found.notes.len; i++) {
        const Note *note = &result->found.notes.at[i];
        if (note->what.len && note->why.len)
            *layer_index_push(arena, index) =
                (LayerEntry){.kind = i % 2 ? LAYER_HARDLINK : LAYER_SYMLINK,
                             .path = note->what,
                             .link = note->why};
    }
    tree_add_layer(tree, index, number);
}

static void missing_read(const MissingFileVec *files, LayerResult *layers)
{
    for (size_t i = 0; i < files->len; i++) {
        const MissingFile *file = &files->at[i];
        assert(file->layer < LAYERS);
        MissingWalk walk = {.files = files, .layer = file->layer, .result = &layers[file->layer]};
        LayerVisitor visitor = missing_visitor(&walk);
        const LayerEntry entry = {.kind = LAYER_FILE, .path = file->path};
        static const Str text = STR_INIT("ID=debian\nName: x\nVersion: 1\n");
        if (!visitor.interest || visitor.interest(visitor.self, &entry) != LAYER_SKIP)
            (void)!visitor.bytes(visitor.self, &entry, text, NULL);
    }
}

/* Two results, the first behind its length (u16). What was taken in can be assembled into an
 * inventory that its own message carries. */
static void layer(Str bytes, Arena *arena, const Limits *limits)
{
    Buf out CLEANUP(buf_fini) = {0};
    LayerResult results[LAYERS], *layers[LAYERS] = {&results[0], &results[1]};
    Tree tree;
    Reader r = reader_of(bytes);
    Str first = reader_take(&r, reader_u16le(&r)), head = result_head(arena, limits);
    const Str parts[LAYERS] = {first, reader_take(&r, reader_left(&r))};
    tree_init(&tree, limits, arena);
    for (uint32_t i = 0; i < LAYERS; i++) {
        Str whole = arena_join(arena, head, parts[i]);
        if (!layer_result_decode(whole, arena, limits, layers[i], NULL) && i == 0)
            return;
        tree_grow(&tree, arena, layers[i], i);
    }
    const Assembly assembly = {
        .limits = limits, .tree = &tree, .layers = layers, .layer_count = LAYERS};
    Inventory made = {0}, copy;
    MissingFileVec missing = assemble_missing(arena, &assembly);
    missing_read(&missing, results);
    assemble(arena, &assembly, &made);
    for (uint32_t i = 0; i < LAYERS; i++)
        *vec_push(arena, &made.subject.layers) = (Layer){.size = 1};
    inventory_encode(&made, &out);
    bool ok = inventory_decode(buf_str(&out), arena, limits, &copy, NULL);
    assert(ok);
}

/* --- a whole conversation: messages of the child, each behind its length (u16) --- */

static Str messages;

bool __wrap_child_receive(Child *child, uint64_t limit, Buf *into, bool *got, Error *err);
bool __wrap_child_receive(Child *child, uint64_t limit, Buf *into, bool *got, Error *err)
{
    (void)child, (void)limit, (void)err;
    Reader r = reader_of(messages);
    size_t len = reader_u16le(&r);
    *got = reader_ok(&r);
    buf_clear(into);
    buf_put(into, str_head(reader_peek(&r, reader_left(&r)), len));
    messages = str_from_pos(messages, 2 + len);
    return true;
}

bool __wrap_child_send(Fd socket, Str message, Error *err);
bool __wrap_child_send(Fd socket, Str message, Error *err)
{
    (void)socket, (void)message, (void)err;
    return true;
}

bool __wrap_cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes);
bool __wrap_cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes)
{
    (void)cache;
    assert(key.len);
    *bytes = arena_str(arena, key);
    return key.len % 2;
}

bool __wrap_child_send_fds(Fd socket, Str message, const Fd *fds, size_t count, Error *err);
bool __wrap_child_send_fds(Fd socket, Str message, const Fd *fds, size_t count, Error *err)
{
    (void)fds;
    assert(count <= MESSAGE_FDS);
    return child_send(socket, message, err);
}

void __wrap_cache_put(const Cache *cache, Str key, Str bytes);
void __wrap_cache_put(const Cache *cache, Str key, Str bytes)
{
    (void)cache, (void)bytes;
    assert(key.len);
}

/* Without the versions that the real one names: seeds would not last. */
Str __wrap_worker_cache_key(Arena *arena, const char *kind, Str name);
Str __wrap_worker_cache_key(Arena *arena, const char *kind, Str name)
{
    return arena_printf(arena, "%s " STR_FMT, kind, STR_ARG(name));
}

static void conversation(Str bytes, Arena *arena, const Limits *limits)
{
    Child child = {.name = "the parser", .socket = -1};
    const Cache cache = {0};
    Fd folders[2] = {-1, -1}; /* nothing is in them */
    const SourceInput input = {.kind = SOURCE_OVERLAY, .fds = {folders, 2, 2}};
    LayerBegunVec begun = {0};
    Inventory out = {0};
    Error err = {0};
    messages = bytes;
    if (converse(&cache, limits, &input, &child, arena, &out, &begun, &err))
        inventory_check(&out);
    else
        assert(err.message[0]);
}

/* --- the other way: the list of a folder, whose files are programs --- */

static Str asked[FOLDER_BATCH];
static const char program[200] = "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2";

static bool files_ask(void *self, const Str *paths, size_t count, Error *err)
{
    (void)self, (void)err;
    assert(count > 0 && count <= FOLDER_BATCH);
    for (size_t i = 0; i < count; i++)
        asked[i] = paths[i];
    return true;
}

static bool files_take(void *self, FolderFile *files, size_t count, Error *err)
{
    (void)self, (void)err;
    for (size_t i = 0; i < count; i++) {
        files[i] = (FolderFile){.fd = -1, .how = (FolderOpened)(asked[i].len % 4)};
        if (files[i].how == FOLDER_OPEN && fd_open_temporary(&files[i].fd, NULL))
            (void)!fd_write_all(files[i].fd, str_of(program, 20 * asked[i].len % sizeof program),
                                NULL);
    }
    return true;
}

static void listing(Str bytes, Arena *arena, const Limits *limits)
{
    FolderListing lists[2] = {0};
    const FolderOpener opener = {NULL, files_ask, files_take};
    uint64_t entries = 0;
    LayerResult result;
    layer_result_init(&result, arena, limits);
    const LayerVisitor visitor = layer_result_visitor(&result);
    const LayerWalk walk = {limits, arena, &entries, &visitor, NULL};
    bool taken = folder_listing_add(lists, 2, bytes, NULL);
    for (unsigned i = 0; i < 2; i++) {
        LayerIndex index;
        Tree tree;
        Error err = {0};
        bool ok =
            taken && layer_walk_folder(&walk, &lists[i], (LayerDirKind)i, &opener, &index, &err);
        assert(!taken || ok || err.code);
        tree_init(&tree, limits, arena);
        if (ok)
            tree_add_layer(&tree, &index, 0);
        folder_listing_fini(&lists[i]);
    }
}

/* --- an entry of the cache, as a file that anyone may have damaged --- */

static Str entry;

bool __wrap_fd_open_read_at(Fd dir, Str path, Fd *out, Error *err);
bool __wrap_fd_open_read_at(Fd dir, Str path, Fd *out, Error *err)
{
    (void)dir, (void)path;
    *out = memfd_create("entry", MFD_CLOEXEC);
    return *out >= 0 && fd_write_all(*out, entry, err);
}

bool __real_cache_find(const Cache *cache, Str key, Arena *arena, Str *bytes);

/* An even input is what an entry keeps, an odd one the whole file. */
static void cache_entry(Str bytes, Arena *arena, const Limits *limits)
{
    Buf file CLEANUP(buf_fini) = {0};
    const Cache cache = {.dir = STR("/cache")};
    const Str key = STR("blob 1");
    LayerResult result;
    Str kept;
    bool whole = bytes.len % 2;
    buf_put(&file, STR("assay cache 3\n"));
    buf_str_wire(&file, key);
    buf_u64le(&file, sum_of(bytes));
    buf_put(&file, bytes);
    entry = whole ? bytes : buf_str(&file);
    bool found = __real_cache_find(&cache, key, arena, &kept);
    assert(whole || (found && str_eq(kept, bytes)));
    if (found)
        (void)!layer_result_decode(kept, arena, limits, &result, NULL);
}

static const struct {
    const char *name;
    void (*run)(Str bytes, Arena *arena, const Limits *limits);
} rows[] = {{"inventory", inventory},
            {"layer", layer},
            {"conversation", conversation},
            {"listing", listing},
            {"cache", cache_entry}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Limits limits = LIMITS_DEFAULT;
    FUZZ_ROW(rows)->run(str_of(data, size), fuzz_arena(64 << 10), &limits);
    return 0;
}
