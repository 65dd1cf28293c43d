/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/lane.h"

#include <assert.h>

/* ISA-L copies at each call what the next may refer to, and to wake a thread costs something too: slots
 * of half the size cost 3 % of a layer of 240 MB. All slots of two lanes fill one huge page. */
enum { SLOT_BYTES = 252 << 10 };

/* ---- who hashes what; all under the lock ---- */

static size_t pending(const Lane *lane)
{
    return lane->filled - lane->hashed;
}

/* The lane with the most to hash that nobody hashes. */
static Lane *fullest(const Lanes *lanes, const Lane *but)
{
    Lane *best = NULL;
    for (size_t i = 0; i < lanes->count; i++) {
        Lane *lane = lanes->open[i];
        if (lane != but && !lane->busy && pending(lane) > (best ? pending(best) : 0))
            best = lane;
    }
    return best;
}

/* Another core is better than another lane on the same one. */
static Lane *partner(const Lanes *lanes, const Lane *first)
{
    return lanes->idle ? NULL : fullest(lanes, first);
}

static void end(Lane *lane)
{
    lane->hashed++;
    lane->busy = false;
    if (lane->waiting)
        pthread_cond_signal(&lane->moved);
}

static Str next_slot(const Lane *lane)
{
    const LaneSlot *slot = &lane->slots[lane->hashed % LANE_SLOTS];
    return str_of(slot->bytes, slot->len);
}

/* Those who are idle are called if there is anything for them. */
static void call_idle(Lanes *lanes)
{
    if (lanes->idle && fullest(lanes, NULL))
        pthread_cond_signal(&lanes->work);
}

/* The next slot of a lane, and of another one with it. Gives the lock back while it hashes. */
static void hash_some(Lanes *lanes, Lane *first)
{
    Lane *second = partner(lanes, first);
    Str bytes = next_slot(first), more = second ? next_slot(second) : (Str){0};
    first->busy = true;
    if (second)
        second->busy = true;
    call_idle(lanes);
    pthread_mutex_unlock(&lanes->lock);
    if (second)
        hash_update_two(&first->hash, bytes, &second->hash, more);
    else
        hash_update(&first->hash, bytes.ptr, bytes.len);
    pthread_mutex_lock(&lanes->lock);
    end(first);
    if (second)
        end(second);
    call_idle(lanes);
}

static void wait_moved(Lane *lane)
{
    lane->waiting = true;
    lane->lanes->active--;
    pthread_cond_wait(&lane->moved, &lane->lanes->lock);
    lane->lanes->active++;
    lane->waiting = false;
}

/* What the owner of a lane that has run full does: hashes it, unless somebody is idle or, where
 * more threads want to run than there are cores, it would have no partner: to let another thread
 * read until it has one is better. While somebody hashes this lane it does so for others. */
static Lane *choose(Lane *lane)
{
    Lanes *lanes = lane->lanes;
    if (lane->busy)
        return fullest(lanes, NULL);
    if (lanes->idle)
        return NULL;
    return lanes->active <= lanes->cores || partner(lanes, lane) ? lane : NULL;
}

static void slot_wait(Lane *lane)
{
    while (pending(lane) == LANE_SLOTS) {
        Lane *first = choose(lane);
        if (first) {
            hash_some(lane->lanes, first);
        } else {
            call_idle(lane->lanes);
            wait_moved(lane);
        }
    }
}

static void hash_rest(Lane *lane)
{
    while (pending(lane))
        if (lane->busy)
            wait_moved(lane);
        else
            hash_some(lane->lanes, lane);
}

void lanes_help(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    while (!lanes->over) {
        Lane *first = fullest(lanes, NULL);
        if (first) {
            hash_some(lanes, first);
            continue;
        }
        lanes->idle++;
        lanes->active--;
        pthread_cond_wait(&lanes->work, &lanes->lock);
        lanes->active++;
        lanes->idle--;
    }
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_end(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->over = true;
    pthread_cond_broadcast(&lanes->work);
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_enter(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->active++;
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_leave(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->active--;
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_init(Lanes *lanes, size_t cores)
{
    *lanes = (Lanes){.cores = cores};
    pthread_mutex_init(&lanes->lock, NULL);
    pthread_cond_init(&lanes->work, NULL);
}

void lanes_fini(Lanes *lanes)
{
    pthread_cond_destroy(&lanes->work);
    pthread_mutex_destroy(&lanes->lock);
}

/* ---- the reader's side ---- */

static void publish(Lane *lane, size_t len)
{
    Lanes *lanes = lane->lanes;
    pthread_mutex_lock(&lanes->lock);
    lane->slots[lane->filled++ % LANE_SLOTS].len = len;
    if (lanes->idle && !lane->busy && pending(lane))
        pthread_cond_signal(&lanes->work);
    pthread_mutex_unlock(&lanes->lock);
}

/* The next slot is filled and becomes `rest`, which stays empty at the end. */
static bool advance(Lane *lane, Error *err)
{
    LaneSlot *slot = &lane->slots[lane->filled % LANE_SLOTS];
    if (lane->failed) {
        if (err)
            *err = lane->failure;
        return false;
    }
    if (lane->ended)
        return true;
    pthread_mutex_lock(&lane->lanes->lock);
    slot_wait(lane);
    pthread_mutex_unlock(&lane->lanes->lock);
    if (!slot->bytes)
        slot->bytes = arena_alloc(lane->arena, SLOT_BYTES);
    size_t len = 0;
    lane->failed = !stream_read_full(lane->inner, slot->bytes, SLOT_BYTES, &len, &lane->failure);
    lane->ended = len < SLOT_BYTES;
    lane->rest = str_of(slot->bytes, len);
    if (len)
        publish(lane, len);
    return len > 0 || advance(lane, err);
}

static bool lane_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Lane *lane = (Lane *)self;
    if (lane->rest.len == 0 && !advance(lane, err))
        return false;
    MemoryStream memory;
    memory_stream_init(&memory, lane->rest);
    bool ok = stream_read(&memory.stream, into, cap, got, err);
    lane->rest = memory.rest;
    return ok;
}

static bool lane_skip(Stream *self, uint64_t len, Error *err)
{
    Lane *lane = (Lane *)self;
    while (len) {
        if (lane->rest.len == 0 && !advance(lane, err))
            return false;
        if (lane->rest.len == 0)
            return error_set(err, ERR_FORMAT, "ends early: %llu bytes are missing",
                             (unsigned long long)len);
        size_t step = len < lane->rest.len ? (size_t)len : lane->rest.len;
        lane->rest = str_from_pos(lane->rest, step);
        len -= step;
    }
    return true;
}

void lane_init(Lane *lane, Lanes *lanes, Arena *arena)
{
    *lane =
        (Lane){.stream = {.read = lane_read, .skip = lane_skip}, .lanes = lanes, .arena = arena};
    pthread_cond_init(&lane->moved, NULL);
}

void lane_fini(Lane *lane)
{
    pthread_cond_destroy(&lane->moved);
}

bool lane_open(Lane *lane, Stream *inner, Error *err)
{
    Lanes *lanes = lane->lanes;
    if (!hash_init(&lane->hash, HASH_SHA256, err))
        return false;
    lane->inner = inner;
    lane->rest = (Str){0};
    lane->ended = lane->failed = false;
    lane->failure = (Error){0};
    lane->filled = lane->hashed = 0;
    pthread_mutex_lock(&lanes->lock);
    assert(lanes->count < LANES_MAX);
    lanes->open[lanes->count++] = lane;
    pthread_mutex_unlock(&lanes->lock);
    return true;
}

bool lane_finish(Lane *lane, Digest *out, Error *err)
{
    bool ok = true;
    do
        lane->rest = (Str){0};
    while ((ok = advance(lane, err)) && lane->rest.len);
    pthread_mutex_lock(&lane->lanes->lock);
    if (ok)
        hash_rest(lane);
    pthread_mutex_unlock(&lane->lanes->lock);
    lane_close(lane);
    if (ok)
        *out = hash_final(&lane->hash);
    return ok;
}

void lane_close(Lane *lane)
{
    Lanes *lanes = lane->lanes;
    if (!lane->inner)
        return;
    pthread_mutex_lock(&lanes->lock);
    while (lane->busy)
        wait_moved(lane);
    for (size_t i = 0; i < lanes->count; i++)
        if (lanes->open[i] == lane)
            lanes->open[i--] = lanes->open[--lanes->count];
    pthread_mutex_unlock(&lanes->lock);
    lane->inner = NULL;
}
