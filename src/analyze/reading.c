/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/reading.h"

#include "analyze/converse.h"
#include "analyze/worker.h"
#include "archive/codec.h"
#include "base/hash.h"

typedef struct Reading {
    const Cache *cache;
    const Limits *limits;
    const SourceInput *input;
    Arena *arena;
    LayerBegunVec begun;
    Vec(uint32_t) skip;
    NoteVec incomplete;
    bool alone, starved;
} Reading;

/* What the child may hold: a file, and one to write to. Folders stay here. */
static size_t collect_fds(const SourceInput *input, Fd fds[2])
{
    size_t count = 0;
    if (input->kind != SOURCE_FILE)
        return 0;
    fds[count++] = input->fds.at[0];
    if (input->scratch >= 0)
        fds[count++] = input->scratch;
    return count;
}

static bool child_read(Reading *r, Inventory *out, Error *err)
{
    Child child CLEANUP(child_close) = CHILD_NONE;
    Fd fds[2];
    WorkerTask task = {.input = *r->input,
                       .limits = *r->limits,
                       .use_cache = r->cache->dir.len > 0,
                       .alone = r->alone,
                       .skip = r->skip.at,
                       .skip_count = r->skip.len};
    size_t count = collect_fds(r->input, fds);
    r->begun.len = 0;
    *out = (Inventory){0};
    if (!hash_prepare(err) || !codec_prepare(err) ||
        !child_start(&child, "the parser", worker_run, &task, fds, count, err))
        return false;
    bool ok = child_patience(&child, r->limits->seconds, err) &&
              converse(r->cache, r->limits, r->input, &child, r->arena, out, &r->begun, err);
    r->starved = child.starved;
    if (ok)
        child_dismiss(&child);
    return ok;
}

static size_t layers_in_flight(const Reading *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->begun.len; i++)
        count += !r->begun.at[i].done;
    return count;
}

/* False if nothing was being read: then it is no layer's fault. */
static bool layers_blame(Reading *r, const Error *why)
{
    size_t before = r->skip.len;
    for (size_t i = 0; i < r->begun.len; i++) {
        const LayerBegun *layer = &r->begun.at[i];
        if (layer->done)
            continue;
        *vec_push(r->arena, &r->skip) = layer->number;
        note_add(r->arena, &r->incomplete, layer->name, error_message(why));
    }
    return r->skip.len > before;
}

static void image_blame(Reading *r, Inventory *out, const Error *why)
{
    Str name = r->input->name;
    *out = (Inventory){.subject = {.name = name, .created = DATE_NONE}};
    out->subject.os.support_end = DATE_NONE;
    if (r->incomplete.len == 0)
        note_add(r->arena, &r->incomplete, name, error_message(why));
}

bool inventory_read(const Cache *cache, const Limits *limits, const SourceInput *input,
                    Arena *arena, Inventory *out, Error *err)
{
    Reading r = {.cache = cache, .limits = limits, .input = input, .arena = arena};
    Error why = {0};
    bool ok = child_read(&r, out, &why);
    if (!ok && r.starved && layers_in_flight(&r) > 1) { /* whose fault? */
        why = (Error){0};
        r.alone = true;
        ok = child_read(&r, out, &why);
    }
    bool starved = r.starved;
    if (!ok && starved && layers_blame(&r, &why))
        ok = child_read(&r, out, &(Error){0});
    if (!ok && !starved) {
        if (err)
            *err = why;
        return false;
    }
    if (!ok)
        image_blame(&r, out, &why);
    for (size_t i = 0; i < r.incomplete.len; i++)
        note_add(arena, &out->incomplete, r.incomplete.at[i].what, r.incomplete.at[i].why);
    return true;
}
