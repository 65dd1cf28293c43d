/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/converse.h"

#include <errno.h>

#include "analyze/collector.h"
#include "analyze/worker.h"
#include "base/progress.h"
#include "base/reader.h"
#include "inventory/wire.h"

static const uint64_t message_limit = UINT64_C(1) << 30;

typedef struct Talk {
    const Cache *cache;
    const Limits *limits;
    Child *child;
    Arena *arena;
    Inventory *out;
    StrVec keys; /* that the child named */
    LayerBegunVec *begun;
    Collector collector;
    uint64_t messages;
    bool asked, done;
} Talk;

static void talk_fini(Talk *talk)
{
    collector_fini(&talk->collector);
}

/* Entries for layers and nothing else: what the cache keeps of whole images is the parent's. */
static bool is_layer_key(Arena *arena, Str key)
{
    return str_starts(key, worker_cache_key(arena, "blob", (Str){0})) ||
           str_starts(key, worker_cache_key(arena, "overlay", (Str){0}));
}

/* The answer is bytes that the child decodes as distrustfully as the image. */
static bool answer_keys(Talk *talk, Reader *r, Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Buf answer CLEANUP(buf_fini) = {0};
    uint64_t count = reader_varint(r);
    if (talk->asked || count > talk->limits->layers)
        return error_set(err, ERR_INTERNAL, "the parser asks for %llu layers%s",
                         (unsigned long long)count, talk->asked ? " once more" : "");
    talk->asked = true;
    for (uint64_t i = 0; i < count && reader_ok(r); i++) {
        Str key = reader_str(r), bytes;
        if (key.len && !is_layer_key(&scratch, key))
            return error_set(err, ERR_INTERNAL, "the parser asks for what is no layer");
        bool found = key.len && cache_find(talk->cache, key, &scratch, &bytes);
        *vec_push(talk->arena, &talk->keys) = arena_str(talk->arena, key);
        buf_str_wire(&answer, found ? bytes : (Str){0});
    }
    if (!reader_ok(r))
        return error_set(err, ERR_INTERNAL, "the parser's question ends early");
    if (child_send(talk->child->socket, buf_str(&answer), err) || err->sys != EPIPE)
        return err->code == ERR_NONE;
    *err = (Error){0}; /* the child is dead: what it is asked for next says of what */
    return true;
}

static bool keep_layer(const Talk *talk, Reader *r, Error *err)
{
    Str key = reader_str(r);
    for (size_t i = 0; reader_ok(r) && key.len && i < talk->keys.len; i++)
        if (str_eq(talk->keys.at[i], key)) {
            cache_put(talk->cache, key, reader_take(r, reader_left(r)));
            return true;
        }
    return error_set(err, ERR_INTERNAL, "the parser keeps a layer that it did not name");
}

static bool take_inventory(Talk *talk, Reader *r, Error *err)
{
    talk->done = true;
    Str bytes = arena_str(talk->arena, reader_take(r, reader_left(r)));
    return inventory_decode(bytes, talk->arena, talk->limits, talk->out, err) ||
           error_within(err, "the parser's answer");
}

/* A layer begins or is done; what is neither may not be named. */
static bool note_layer(Talk *talk, Reader *r, bool done, Error *err)
{
    Str name = str_head(reader_str(r), 300);
    uint64_t number = reader_varint(r);
    LayerBegunVec *begun = talk->begun;
    if (!reader_ok(r) || number >= talk->limits->layers || reader_left(r))
        return error_set(err, ERR_INTERNAL, "the parser reads a layer that there is not");
    size_t at = 0;
    while (at < begun->len && begun->at[at].number != number)
        at++;
    if (done != (at < begun->len))
        return error_set(err, ERR_INTERNAL, "the parser reads a layer twice or not at all");
    if (done) {
        begun->at[at].done = true;
        return true;
    }
    *vec_push(talk->arena, begun) =
        (LayerBegun){.number = (uint32_t)number, .name = arena_str(talk->arena, name)};
    progress_show(STR_FMT, STR_ARG(name));
    return true;
}

static bool heed(Talk *talk, Str message, Error *err)
{
    Reader r = reader_of(message);
    switch (reader_u8(&r)) {
    case WORKER_KEYS:
        return answer_keys(talk, &r, err);
    case WORKER_STORE:
        return keep_layer(talk, &r, err);
    case WORKER_LIST:
        return collector_list(&talk->collector, &r, err);
    case WORKER_OPEN:
        return collector_open(&talk->collector, &r, err);
    case WORKER_BEGIN:
        return note_layer(talk, &r, false, err);
    case WORKER_DONE:
        return note_layer(talk, &r, true, err);
    case WORKER_INVENTORY:
        return take_inventory(talk, &r, err);
    default:
        return error_set(err, ERR_INTERNAL, "the parser sends an unknown message");
    }
}

bool converse(const Cache *cache, const Limits *limits, const SourceInput *input, Child *child,
              Arena *arena, Inventory *out, LayerBegunVec *begun, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0};
    Talk talk CLEANUP(talk_fini) = {
        .cache = cache,
        .limits = limits,
        .child = child,
        .arena = arena,
        .out = out,
        .begun = begun,
        .collector = {
            .input = input, .limits = limits, .socket = child->socket, .reach = FOLDER_REACH_NONE}};
    bool got = true;
    /* The inventory is its last word: nobody waits for it to tidy up. */
    while (!talk.done && child_receive(child, message_limit, &message, &got, err)) {
        if (!got)
            return error_set(err, ERR_INTERNAL, "the parser ended without an answer");
        if (++talk.messages > limits->entries)
            return error_set(err, ERR_INTERNAL, "the parser says too much");
        if (heed(&talk, buf_str(&message), err))
            continue;
        if (err->sys != EPIPE)
            return false;
        *err = (Error){0}; /* it is dead, and what it says next is of what */
    }
    return talk.done;
}
