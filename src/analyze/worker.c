/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/worker.h"

#include "analyze/parent.h"
#include "analyze/schedule.h"
#include "base/sandbox.h"
#include "inventory/wire.h"
#include "sources/image_config.h"

Str worker_cache_key(Arena *arena, const char *kind, Str name)
{
    return arena_printf(arena, "assay " ASSAY_VERSION " %d %s " STR_FMT, LAYER_RESULT_VERSION, kind,
                        STR_ARG(name));
}

typedef struct Worker {
    const WorkerTask *task;
    SourceInput input; /* the task's, with the descriptors as they are numbered here */
    Parent *parent;
    Arena *arena;
    Image image;
    LayerWork *works;
    StrVec keys;
} Worker;

/* ---- the conversation with the parent ---- */

/* Blobs that a digest binds are known by it. Folders of an engine were never verified: what is read
 * from them is kept apart. Everything else has no name that can be trusted before it is read. */
static Str cache_key(const Worker *w, const ImageLayer *layer, const Layer *meta)
{
    if (!w->task->use_cache || layer->missing)
        return (Str){0};
    if (layer->overlay && meta->diff_id.len)
        return worker_cache_key(w->arena, "overlay", meta->diff_id);
    if (w->image.strict && !layer->folder && meta->digest.len)
        return worker_cache_key(w->arena, "blob", meta->digest);
    return (Str){0};
}

static bool ask_cache(Worker *w, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0}, answer CLEANUP(buf_fini) = {0};
    bool any = false;
    buf_put_char(&message, WORKER_KEYS);
    buf_varint(&message, w->image.layers.len);
    for (size_t i = 0; i < w->image.layers.len; i++) {
        Str key = cache_key(w, &w->image.layers.at[i], &w->image.subject.layers.at[i]);
        *vec_push(w->arena, &w->keys) = key;
        any = any || key.len;
        buf_str_wire(&message, key);
    }
    if (!any)
        return true;
    if (!parent_ask_keys(w->parent, buf_str(&message), &answer, err))
        return false;
    Reader r = reader_of(arena_str(w->arena, buf_str(&answer)));
    for (size_t i = 0; i < w->image.layers.len; i++)
        w->works[i].cached = reader_str(&r);
    return true;
}

/* What a folder's files refused to give now, they may give the next time. */
static bool may_be_kept(const Worker *w, size_t i)
{
    const LayerWork *work = &w->works[i];
    return w->keys.at[i].len && work->complete &&
           !(w->image.layers.at[i].folder && work->result.found.incomplete.len);
}

static bool tell_cache(Worker *w, Error *err)
{
    for (size_t i = 0; i < w->keys.len; i++) {
        Buf bytes CLEANUP(buf_fini) = {0};
        if (!may_be_kept(w, i))
            continue;
        layer_work_encode(&w->works[i], &bytes);
        if (!parent_say(w->parent, WORKER_STORE, w->keys.at[i], buf_str(&bytes), err))
            return false;
    }
    return true;
}

/* ---- layers ---- */

/* For the progress display, and so that the collector can name what was being read if we end. */
static void say_begin(void *context, const LayerWork *work)
{
    const Worker *w = context;
    parent_say_layer(w->parent, WORKER_BEGIN, work->name, work->number);
}

/* All folders that the cache does not have, at once: so that the collector's threads share them. */
static bool list_folders(Worker *w, Error *err)
{
    size_t count = 0;
    uint32_t *numbers = arena_new_array(w->arena, uint32_t, w->image.layers.len);
    for (uint32_t i = 0; i < w->image.layers.len; i++)
        if (w->image.layers.at[i].folder && !w->image.layers.at[i].missing &&
            w->works[i].cached.len == 0)
            numbers[count++] = i;
    return count == 0 || parent_list(w->parent, numbers, count, err);
}

static Str layer_name(Worker *w, size_t i)
{
    const Layer *meta = &w->image.subject.layers.at[i];
    Str id = meta->digest.len ? meta->digest : meta->diff_id;
    if (id.len == 0)
        return w->image.layers.len == 1 ? w->image.subject.name
                                        : arena_printf(w->arena, "layer %zu", i + 1);
    return arena_printf(w->arena, "layer " STR_FMT, STR_ARG(id));
}

static void prepare_works(Worker *w)
{
    size_t count = w->image.layers.len;
    w->works = arena_new_array(w->arena, LayerWork, count);
    for (size_t i = 0; i < count; i++)
        w->works[i] = (LayerWork){
            .layer = &w->image.layers.at[i],
            .meta = &w->image.subject.layers.at[i],
            .limits = &w->task->limits,
            .name = layer_name(w, i),
            .strict = w->image.strict,
            .parent = w->parent,
            .number = (uint32_t)i,
        };
    for (size_t i = 0; i < w->task->skip_count; i++)
        if (w->task->skip[i] < count)
            w->image.layers.at[w->task->skip[i]].missing = true;
}

/* ---- from layers to an inventory ---- */

static bool read_missing(Worker *w, const Assembly *assembly, Error *err)
{
    MissingFileVec files = assemble_missing(w->arena, assembly);
    for (size_t i = 0; i < files.len; i++) {
        uint32_t number = files.at[i].layer;
        bool first = i == 0 || files.at[i - 1].layer != number;
        if (first && !layer_work_again(&w->works[number], &files, number, err))
            return false;
    }
    return true;
}

/* Any folder of the standard hierarchy makes a root file system, and so does any package. */
static bool looks_like_rootfs(const Tree *tree, const Inventory *inventory)
{
    static const Str names[] = {STR_INIT("bin"),  STR_INIT("boot"), STR_INIT("dev"),
                                STR_INIT("etc"),  STR_INIT("home"), STR_INIT("lib"),
                                STR_INIT("opt"),  STR_INIT("proc"), STR_INIT("root"),
                                STR_INIT("sbin"), STR_INIT("usr"),  STR_INIT("var")};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (tree_find(tree, names[i]))
            return true;
    return inventory->packages.len > 0;
}

static bool check_total(const Worker *w, Error *err)
{
    uint64_t entries = 0;
    for (size_t i = 0; i < w->image.layers.len; i++)
        entries += w->works[i].index.len;
    return entries <= w->task->limits.entries ||
           error_set(err, ERR_LIMIT, "more than %llu entries in all layers together",
                     (unsigned long long)w->task->limits.entries);
}

static bool inventory_make(Worker *w, Inventory *out, Error *err)
{
    size_t count = w->image.layers.len;
    Tree tree;
    LayerResult **results = arena_new_array(w->arena, LayerResult *, count);
    tree_init(&tree, &w->task->limits, w->arena);
    for (size_t i = 0; i < count; i++) {
        results[i] = &w->works[i].result;
        tree_add_layer(&tree, &w->works[i].index, (uint32_t)i);
    }
    Assembly assembly = {
        .limits = &w->task->limits, .tree = &tree, .layers = results, .layer_count = count};
    if (!read_missing(w, &assembly, err))
        return false;
    assemble(w->arena, &assembly, out);
    if (w->image.subject.kind == SUBJECT_ROOTFS && !looks_like_rootfs(&tree, out))
        return error_set(err, ERR_FORMAT, "neither an image nor a root file system");
    return true;
}

/* What the image says of itself goes before what was read out of it. */
static void inventory_finish(Worker *w, Inventory *out)
{
    OsRelease os = out->subject.os;
    out->subject = w->image.subject;
    out->subject.os = os;
    if (out->subject.kind == SUBJECT_ROOTFS && out->subject.layers.len &&
        !w->image.layers.at[0].folder)
        out->subject.digest = out->subject.layers.at[0].diff_id;
    for (size_t i = 0; i < w->image.layers.len; i++)
        if (w->works[i].trouble.len)
            note_add(w->arena, &out->incomplete, w->works[i].name, w->works[i].trouble);
    for (size_t i = 0; i < w->image.notes.len; i++)
        note_add(w->arena, &out->notes, w->image.notes.at[i].what, w->image.notes.at[i].why);
    for (size_t i = 0; i < w->image.incomplete.len; i++)
        note_add(w->arena, &out->incomplete, w->image.incomplete.at[i].what,
                 w->image.incomplete.at[i].why);
}

static bool check_platform(const Worker *w, Error *err)
{
    Str os, rest, architecture, variant, wish = w->input.platform;
    const Subject *subject = &w->image.subject;
    if (wish.len == 0 || subject->platform.len == 0)
        return true;
    str_cut(subject->platform, '/', &os, &rest);
    str_cut(rest, '/', &architecture, &variant);
    return platform_fits(wish, os, architecture, variant) ||
           error_set(err, ERR_ABSENT, "the image is for " STR_FMT ", not for " STR_FMT,
                     STR_ARG(subject->platform), STR_ARG(wish));
}

static bool work(Worker *w, Error *err)
{
    Inventory inventory = {0};
    Readers readers CLEANUP(readers_fini) = {0};
    Buf bytes CLEANUP(buf_fini) = {0};
    if (!image_open(&w->input, w->arena, &w->task->limits, &w->image, err) ||
        !check_platform(w, err))
        return false;
    prepare_works(w);
    bool ok = ask_cache(w, err) && list_folders(w, err) &&
              layers_read(&readers, w->works, w->image.layers.len, w->task->alone, w->arena,
                          say_begin, w, err) &&
              check_total(w, err) && tell_cache(w, err) && inventory_make(w, &inventory, err);
    if (ok) {
        inventory_finish(w, &inventory);
        buf_put_char(&bytes, WORKER_INVENTORY);
        inventory_encode(&inventory, &bytes);
        ok = child_send(w->parent->socket, buf_str(&bytes), err);
    }
    for (size_t i = 0; i < w->image.layers.len; i++)
        layer_work_fini(&w->works[i]);
    image_close(&w->image);
    return ok;
}

/* The descriptors come renumbered: the file first, then the scratch file. Folders stay behind. */
static SourceInput input_here(const WorkerTask *task, const ChildSide *side, Parent *parent,
                              Arena *arena)
{
    SourceInput input = task->input;
    input.fds.at = NULL;
    input.fds.len = input.fds.cap = 0;
    input.folders = task->input.kind == SOURCE_FILE ? 0 : task->input.fds.len;
    input.opener = parent_source(parent);
    if (input.folders == 0 && side->count > 0)
        *vec_push(arena, &input.fds) = side->fds[0];
    input.scratch = side->count > 1 ? side->fds[1] : -1;
    return input;
}

/* Each reader has a batch of files that it reads and one that waits for it, and two lanes. */
_Static_assert(SANDBOX_FDS >= 2 * FOLDER_BATCH * (LANES_MAX / 2) + 2 * CHILD_FDS,
               "readers run out of descriptors");

bool worker_run(const ChildSide *side, void *context, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Parent parent;
    const WorkerTask *task = context;
    Worker w = {.task = task, .parent = &parent, .arena = &arena};
    w.input = input_here(task, side, &parent, &arena);
    parent_init(&parent, side->socket, w.input.folders, &arena);
    Limits bounds = task->limits;
    bounds.file_bytes = task->limits.layer_bytes; /* of the scratch file */
    if (!sandbox_enter(&bounds, err))
        return false;
    bool ok = work(&w, err) || error_within(err, STR_FMT, STR_ARG(task->input.name));
    parent_fini(&parent);
    return ok;
}
