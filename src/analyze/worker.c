/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/worker.h"

#include <pthread.h>

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
    Fd socket;
    Arena *arena;
    Image image;
    LayerWork *works;
    StrVec keys;
    pthread_mutex_t send;
} Worker;

/* ---- the conversation with the parent ---- */

static bool say(Worker *w, char kind, Str key, Str bytes, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0};
    buf_put_char(&message, kind);
    if (kind == WORKER_STORE)
        buf_str_wire(&message, key);
    buf_put(&message, bytes);
    pthread_mutex_lock(&w->send);
    bool ok = child_send(w->socket, buf_str(&message), err);
    pthread_mutex_unlock(&w->send);
    return ok;
}

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
    Buf message CLEANUP(buf_fini) = {0};
    bool got = false, any = false;
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
    if (!child_send(w->socket, buf_str(&message), err) ||
        !child_take(w->socket, UINT64_C(1) << 31, &message, &got, err))
        return false;
    Reader r = reader_of(arena_str(w->arena, buf_str(&message)));
    for (size_t i = 0; got && i < w->image.layers.len; i++)
        w->works[i].cached = reader_str(&r);
    return true;
}

static bool tell_cache(Worker *w, Error *err)
{
    for (size_t i = 0; i < w->keys.len; i++) {
        Buf bytes CLEANUP(buf_fini) = {0};
        if (w->keys.at[i].len == 0 || !w->works[i].complete)
            continue;
        layer_work_encode(&w->works[i], &bytes);
        if (!say(w, WORKER_STORE, w->keys.at[i], buf_str(&bytes), err))
            return false;
    }
    return true;
}

/* ---- layers ---- */

static void say_begin(void *context, const LayerWork *work)
{
    say(context, WORKER_STATUS, (Str){0}, work->name, NULL);
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
        };
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
    Buf bytes CLEANUP(buf_fini) = {0};
    if (!image_open(&w->input, w->arena, &w->task->limits, &w->image, err) ||
        !check_platform(w, err))
        return false;
    prepare_works(w);
    bool ok = ask_cache(w, err) &&
              layers_read(w->works, w->image.layers.len, w->arena, say_begin, w, err) &&
              check_total(w, err) && tell_cache(w, err) && inventory_make(w, &inventory, err);
    if (ok) {
        inventory_finish(w, &inventory);
        inventory_encode(&inventory, &bytes);
        ok = say(w, WORKER_INVENTORY, (Str){0}, buf_str(&bytes), err);
    }
    for (size_t i = 0; i < w->image.layers.len; i++)
        layer_work_fini(&w->works[i]);
    image_close(&w->image);
    return ok;
}

/* The descriptors come renumbered: the input's own first, then the scratch file. */
static SourceInput input_here(const WorkerTask *task, const ChildSide *side, Arena *arena)
{
    SourceInput input = task->input;
    input.fds.at = NULL;
    input.fds.len = input.fds.cap = 0;
    for (size_t i = 0; i < task->input.fds.len && i < side->count; i++)
        *vec_push(arena, &input.fds) = side->fds[i];
    bool scratch = side->count > task->input.fds.len;
    input.scratch = scratch ? side->fds[task->input.fds.len] : -1;
    return input;
}

bool worker_run(const ChildSide *side, void *context, Error *err)
{
    Arena arena CLEANUP(arena_fini) = {0};
    const WorkerTask *task = context;
    Worker w = {.task = task,
                .input = input_here(task, side, &arena),
                .socket = side->socket,
                .arena = &arena,
                .send = PTHREAD_MUTEX_INITIALIZER};
    bool tree = task->input.kind != SOURCE_FILE;
    Limits bounds = task->limits;
    bounds.file_bytes = task->limits.layer_bytes; /* of the scratch file */
    if (!sandbox_enter(tree ? SANDBOX_TREE : SANDBOX_ARCHIVE, &bounds, w.input.fds.at,
                       tree ? w.input.fds.len : 0, err))
        return false;
    return work(&w, err) || error_within(err, STR_FMT, STR_ARG(task->input.name));
}
