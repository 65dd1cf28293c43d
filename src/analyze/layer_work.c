/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/layer_work.h"

#include "analyze/folder_work.h"
#include "analyze/parent.h"
#include "analyze/worker.h"
#include "base/map.h"
#include "base/reader.h"

/* Kinds are at most this; anything else is no cache entry of ours. */
static const uint8_t last_kind = LAYER_OTHER;

static void index_encode(const LayerIndex *index, Buf *out)
{
    buf_varint(out, index->len);
    for (size_t i = 0; i < index->len; i++) {
        const LayerEntry *entry = layer_index_at(index, i);
        buf_u8(out, (uint8_t)entry->kind);
        buf_varint(out, entry->mode);
        buf_varint(out, entry->size);
        buf_str_wire(out, entry->path);
        buf_str_wire(out, entry->link);
    }
}

static bool index_decode(Reader *r, const Limits *limits, Arena *arena, LayerIndex *out)
{
    uint64_t count = reader_varint(r);
    if (count > limits->entries)
        return false;
    for (uint64_t i = 0; i < count && reader_ok(r); i++) {
        uint8_t kind = reader_u8(r);
        if (kind > last_kind)
            return false;
        LayerEntry *entry = layer_index_push(arena, out);
        entry->kind = (LayerEntryKind)kind;
        entry->mode = (uint32_t)reader_varint(r);
        entry->size = reader_varint(r);
        entry->path = reader_str(r);
        entry->link = reader_str(r);
    }
    return reader_ok(r);
}

void layer_work_encode(const LayerWork *work, Buf *out)
{
    buf_str_wire(out, work->meta->diff_id);
    index_encode(&work->index, out);
    layer_result_encode(&work->result, out);
}

static bool take_cached(LayerWork *work)
{
    Reader r = reader_of(work->cached);
    Str diff_id = reader_str(&r);
    if (work->cached.len == 0 || !index_decode(&r, work->limits, &work->arena, &work->index) ||
        !layer_result_decode(reader_take(&r, reader_left(&r)), &work->arena, work->limits,
                             &work->result, NULL)) {
        work->index = (LayerIndex){0};
        layer_result_init(&work->result, &work->arena, work->limits);
        return false;
    }
    work->meta->diff_id = diff_id;
    return true;
}

/* True if the blob is what its digest says, or nothing binds it. */
static bool check_digest(LayerWork *work, const Digest *stored)
{
    Digest claimed, real = *stored;
    if (!work->strict || work->meta->digest.len == 0)
        return true;
    if (!digest_parse(work->meta->digest, &claimed))
        return error_set(&work->err, ERR_FORMAT, STR_FMT ": no sha256 or sha512 digest",
                         STR_ARG(work->name));
    if (claimed.kind != real.kind &&
        !layer_digest_of(work->layer, claimed.kind, stored, &real, &work->err))
        return error_within(&work->err, STR_FMT, STR_ARG(work->name));
    if (digest_eq(&claimed, &real))
        return true;
    return error_set(&work->err, ERR_DIGEST, STR_FMT ": its content has the digest " STR_FMT,
                     STR_ARG(work->name), STR_ARG(digest_str(&work->arena, &real)));
}

/* The uncompressed content against the configuration's word for it. */
static bool check_diff_id(LayerWork *work, const Digest *diff_id)
{
    Str claimed = work->meta->diff_id, real = digest_str(&work->arena, diff_id);
    work->meta->diff_id = real;
    if (claimed.len == 0 || str_eq(claimed, real))
        return true;
    if (work->strict && work->meta->digest.len == 0)
        return error_set(&work->err, ERR_DIGEST, STR_FMT ": its content has the diffID " STR_FMT,
                         STR_ARG(work->name), STR_ARG(real));
    work->trouble = arena_printf(&work->arena,
                                 "its content has the diffID " STR_FMT
                                 ", the image configuration says " STR_FMT,
                                 STR_ARG(real), STR_ARG(claimed));
    work->complete = false;
    return true;
}

static void give_up(LayerWork *work, Str why)
{
    work->trouble = why;
    work->complete = false;
}

/* The layer's, not ours. */
static bool is_damage(const Error *trouble)
{
    return trouble->code == ERR_FORMAT || trouble->code == ERR_LIMIT ||
           trouble->code == ERR_UNSUPPORTED;
}

/* The layer is damaged or beyond a limit: what was read of it counts, and what binds still binds.
 */
static bool settle(LayerWork *work, const Error *trouble)
{
    Digest stored;
    if (!is_damage(trouble)) {
        work->err = *trouble;
        return error_within(&work->err, STR_FMT, STR_ARG(work->name));
    }
    if (work->strict && !work->layer->folder &&
        (!layer_digest(work->layer, work->lanes, &stored, &work->err) ||
         !check_digest(work, &stored)))
        return false;
    give_up(work, arena_str(&work->arena, error_message(trouble)));
    return true;
}

/* ---- a second walk ---- */

static bool walk_again(LayerWork *work, const MissingFileVec *files, uint32_t number,
                       Digest *stored, Error *err)
{
    LayerBytes bytes;
    LayerIndex index = {0};
    MissingWalk missing = {.files = files, .layer = number, .result = &work->result};
    LayerVisitor visitor = missing_visitor(&missing);
    uint64_t entries = 0;
    const LayerWalk walk = {.limits = work->limits,
                            .arena = &work->arena,
                            .scratch = &work->lanes->arena,
                            .entries = &entries,
                            .visitor = &visitor};
    if (work->layer->folder)
        return folder_work_again(work, &walk, files, err);
    bool ok = layer_bytes_reopen(&bytes, work->layer, work->lanes, work->limits, err) &&
              layer_walk_tar(&walk, bytes.tar, &index, err) &&
              layer_bytes_prove(&bytes, stored, err);
    layer_bytes_close(&bytes);
    return ok;
}

/* Whoever changes the bytes between two walks could name packages that are kept under a digest that
 * is not theirs: both have to see the same. A damaged layer was named, what is reached again of it
 * counts. */
static bool look_again(LayerWork *work, const MissingFileVec *files, uint32_t number)
{
    Error trouble = {0};
    Digest stored = work->stored;
    if (!walk_again(work, files, number, &stored, &trouble))
        return (work->trouble.len && is_damage(&trouble)) || settle(work, &trouble);
    if (!work->proved || digest_eq(&work->stored, &stored))
        return true;
    if (!check_digest(work, &stored))
        return false;
    give_up(work, STR("its content changed while it was read"));
    return true;
}

/* For long files whose last bytes said that they are worth it. */
static bool read_again(LayerWork *work)
{
    MissingFileVec files = {0};
    for (size_t i = 0; i < work->result.again.len; i++) {
        Str path = work->result.again.at[i];
        *vec_push(&work->arena, &files) = (MissingFile){.path = path, .as = path};
    }
    missing_sort(&files);
    return files.len == 0 || look_again(work, &files, 0);
}

/* Files of a folder are opened anew each time: what is not given now is missing. */
static void say_unread(LayerWork *work, const MissingFileVec *files, uint32_t number, size_t before)
{
    Map read;
    LayerResult *result = &work->result;
    map_init(&read, &work->arena);
    for (size_t i = before; i < result->files.len; i++)
        *map_get(&read, result->files.at[i].path) = work;
    for (size_t i = 0; i < files->len; i++) {
        const MissingFile *file = &files->at[i];
        if (file->layer != number || map_has(&read, file->path))
            continue;
        *map_get(&read, file->path) = work;
        layer_result_say(result, file->path, true, "cannot be read");
    }
}

bool layer_work_again(LayerWork *work, const MissingFileVec *files, uint32_t number, Error *err)
{
    Lanes alone CLEANUP(lanes_fini);
    LayerLanes lanes CLEANUP(layer_lanes_fini);
    size_t before = work->result.files.len;
    lanes_init(&alone, 1);
    layer_lanes_init(&lanes, &alone, false);
    lanes_enter(&alone);
    work->lanes = &lanes;
    bool ok = look_again(work, files, number);
    work->lanes = NULL;
    if (!ok)
        *err = work->err;
    else if (work->layer->folder)
        say_unread(work, files, number, before);
    return ok;
}

/* ---- the first ---- */

/* What becomes of a layer's bytes once they are decoded. */
typedef struct Consumer {
    LayerWork *work;
    const LayerWalk *walk;
    LayerBytes bytes;
    Digest diff_id;
    Error trouble;
    bool ok;
} Consumer;

static void consume(void *context)
{
    Consumer *c = context;
    c->ok = layer_walk_tar(c->walk, c->bytes.tar, &c->work->index, &c->trouble) &&
            layer_bytes_finish(&c->bytes, &c->work->stored, &c->diff_id, &c->trouble);
    layer_bytes_stop(&c->bytes);
}

/* Where a thread has nothing to read it takes over the consuming side, and this one decodes. */
static bool walk_bytes(LayerWork *work, const LayerWalk *walk)
{
    Consumer c = {.work = work, .walk = walk};
    if (layer_bytes_open(&c.bytes, work->layer, work->lanes, work->limits, &c.trouble) &&
        !layer_bytes_share(&c.bytes, consume, &c))
        consume(&c);
    layer_bytes_close(&c.bytes);
    if (!c.ok)
        return settle(work, &c.trouble) && read_again(work);
    work->proved = true;
    return check_digest(work, &work->stored) && check_diff_id(work, &c.diff_id) && read_again(work);
}

static bool walk_folder(LayerWork *work, const LayerWalk *walk)
{
    Error trouble = {0};
    return folder_work_walk(work, walk, &trouble) || settle(work, &trouble);
}

static bool work_do(LayerWork *work)
{
    LayerVisitor visitor = layer_result_visitor(&work->result);
    const LayerWalk walk = {.limits = work->limits,
                            .arena = &work->arena,
                            .scratch = &work->lanes->arena,
                            .entries = &work->entries,
                            .visitor = &visitor};
    if (work->layer->missing)
        return true;
    if (take_cached(work)) {
        work->proved = !work->layer->folder;
        return work->layer->folder ||
               (layer_digest(work->layer, work->lanes, &work->stored, &work->err) &&
                check_digest(work, &work->stored));
    }
    work->complete = true;
    return work->layer->folder ? walk_folder(work, &walk) : walk_bytes(work, &walk);
}

void layer_work_run(LayerWork *work)
{
    layer_result_init(&work->result, &work->arena, work->limits);
    work->ok = work_do(work);
    parent_say_layer(work->parent, WORKER_DONE, work->name, work->number);
}

void layer_work_fini(LayerWork *work)
{
    arena_fini(&work->arena);
}
