/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/lane.h"

#include <assert.h>

#include "base/processors.h"

/* For as long as a slot takes to be filled, about. */
enum { PATIENCE_US = 500 };

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
        if (lane != but && !lane->busy && !lane->pumped &&
            pending(lane) > (best ? pending(best) : 0))
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
    const LaneSlot *slot = &lane->slots[lane->hashed % lane->slot_count];
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
    if (lane->busy || lane->pumped)
        return fullest(lanes, NULL);
    if (lanes->idle)
        return NULL;
    return lanes->active <= lanes->cores || partner(lanes, lane) ? lane : NULL;
}

static void slot_wait(Lane *lane)
{
    while (pending(lane) == lane->slot_count && !lane->stopped) {
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

/* Gives the lock back meanwhile. */
static void task_run(Lanes *lanes)
{
    lanes->task_taken = true;
    pthread_mutex_unlock(&lanes->lock);
    lanes->task(lanes->task_context);
    pthread_mutex_lock(&lanes->lock);
    lanes->task_ended = true;
    pthread_cond_signal(&lanes->task_end);
}

bool lanes_have_help(const Lanes *lanes)
{
    return lanes->helpers > 0;
}

void lanes_hand_over(Lanes *lanes, void (*task)(void *context), void *context)
{
    pthread_mutex_lock(&lanes->lock);
    lanes->task = task;
    lanes->task_context = context;
    lanes->task_taken = lanes->task_ended = false;
    if (lanes->idle)
        pthread_cond_signal(&lanes->work);
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_await(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    while (!lanes->task_ended) {
        Lane *first = fullest(lanes, NULL);
        if (first) {
            hash_some(lanes, first);
            continue;
        }
        lanes->active--;
        pthread_cond_wait(&lanes->task_end, &lanes->lock);
        lanes->active++;
    }
    pthread_mutex_unlock(&lanes->lock);
}

void lanes_help(Lanes *lanes)
{
    pthread_mutex_lock(&lanes->lock);
    while (!lanes->over) {
        if (lanes->task && !lanes->task_taken) {
            task_run(lanes);
            continue;
        }
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
    pthread_cond_init(&lanes->task_end, NULL);
}

void lanes_fini(Lanes *lanes)
{
    pthread_cond_destroy(&lanes->task_end);
    pthread_cond_destroy(&lanes->work);
    pthread_mutex_destroy(&lanes->lock);
}

/* ---- the reader's side ---- */

/* The next slot, once there is room; as long as it is filled. */
static Str fill(Lane *lane)
{
    LaneSlot *slot = &lane->slots[lane->filled % lane->slot_count];
    size_t len = 0;
    lane->failed =
        !stream_read_full(lane->inner, slot->bytes, LANE_SLOT_BYTES, &len, &lane->failure);
    lane->ended = len < LANE_SLOT_BYTES;
    return str_of(slot->bytes, len);
}

static bool fail(const Lane *lane, Error *err)
{
    if (err)
        *err = lane->failure;
    return false;
}

/* Into a slot that is free, before it is wanted. Gives the lock back meanwhile. */
static void fill_ahead(Lane *lane)
{
    lane->filling = true;
    pthread_mutex_unlock(&lane->lanes->lock);
    Str filled = fill(lane);
    pthread_mutex_lock(&lane->lanes->lock);
    lane->slots[lane->filled % lane->slot_count].len = filled.len;
    lane->filling = false;
    lane->ahead = true;
    if (lane->waiting)
        pthread_cond_signal(&lane->moved);
}

static bool may_fill(const Lane *lane)
{
    return !lane->ahead && !lane->filling && !lane->ended && !lane->failed &&
           pending(lane) < lane->slot_count;
}

/* Until the next slot is filled, or there is none. */
static void next_wait(Lane *lane)
{
    while (!lane->ahead) {
        if (lane->filling)
            wait_moved(lane);
        else if (may_fill(lane))
            fill_ahead(lane);
        else if (lane->ended || lane->failed)
            return;
        else
            slot_wait(lane);
    }
}

/* The reader's wait for what is filled next, which is soon: to be woken costs who fills it more. Gives the
 * lock back meanwhile. */
static void wait_more(Lane *lane)
{
    Lanes *lanes = lane->lanes;
    unsigned news = atomic_load(&lane->news);
    pthread_mutex_unlock(&lanes->lock);
    (void)processor_watch(&lane->news, news, PATIENCE_US);
    pthread_mutex_lock(&lanes->lock);
    if (atomic_load(&lane->news) != news)
        return;
    lane->hungry = true;
    lanes->active--;
    pthread_cond_wait(&lane->more, &lanes->lock);
    lanes->active++;
    lane->hungry = false;
}

/* What its reader has read is hashed; the next slot that is filled becomes `rest`. Where it has to wait
 * for one, it works ahead for the lane below, and hashes for others. */
static bool advance_pumped(Lane *lane, Error *err)
{
    Lanes *lanes = lane->lanes;
    pthread_mutex_lock(&lanes->lock);
    if (lane->holds)
        hash_some(lanes, lane);
    while (pending(lane) == 0 && !lane->pump_ended) {
        Lane *other = fullest(lanes, NULL);
        if (lane->below && may_fill(lane->below))
            fill_ahead(lane->below);
        else if (other)
            hash_some(lanes, other);
        else
            wait_more(lane);
    }
    lane->holds = pending(lane) > 0;
    lane->rest = lane->holds ? next_slot(lane) : (Str){0};
    bool failed = !lane->holds && lane->failed;
    pthread_mutex_unlock(&lanes->lock);
    return !failed || fail(lane, err);
}

/* The next slot is filled and becomes `rest`, which stays empty at the end. */
static bool advance(Lane *lane, Error *err)
{
    Lanes *lanes = lane->lanes;
    if (lane->pumped)
        return advance_pumped(lane, err);
    pthread_mutex_lock(&lanes->lock);
    next_wait(lane);
    const LaneSlot *slot = &lane->slots[lane->filled % lane->slot_count];
    lane->rest = lane->ahead ? str_of(slot->bytes, slot->len) : (Str){0};
    lane->ahead = false;
    lane->filled += lane->rest.len > 0;
    if (lane->rest.len && lanes->idle && !lane->busy)
        pthread_cond_signal(&lanes->work);
    bool failed = lane->rest.len == 0 && lane->failed;
    pthread_mutex_unlock(&lanes->lock);
    return !failed || fail(lane, err);
}

/* ---- where another thread reads ---- */

void lane_share(Lane *lane, Lane *below)
{
    lane->pumped = true;
    lane->below = below;
}

void lane_pump(Lane *lane)
{
    Lanes *lanes = lane->lanes;
    pthread_mutex_lock(&lanes->lock);
    while (!lane->pump_ended) {
        slot_wait(lane);
        bool stopped = lane->stopped;
        pthread_mutex_unlock(&lanes->lock);
        Str filled = stopped ? (Str){0} : fill(lane);
        pthread_mutex_lock(&lanes->lock);
        if (filled.len)
            lane->slots[lane->filled++ % lane->slot_count].len = filled.len;
        lane->pump_ended = stopped || lane->ended || lane->failed;
        atomic_fetch_add(&lane->news, 1);
        if (lane->hungry)
            pthread_cond_signal(&lane->more);
    }
    pthread_mutex_unlock(&lanes->lock);
}

void lane_stop(Lane *lane)
{
    if (!lane->pumped)
        return;
    pthread_mutex_lock(&lane->lanes->lock);
    lane->stopped = true;
    if (lane->waiting)
        pthread_cond_signal(&lane->moved);
    pthread_mutex_unlock(&lane->lanes->lock);
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

static bool lane_lend(Stream *self, Str *bytes, Error *err)
{
    Lane *lane = (Lane *)self;
    if (lane->rest.len == 0 && !advance(lane, err))
        return false;
    *bytes = lane->rest;
    lane->rest = (Str){0};
    return true;
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

void lane_init(Lane *lane, Lanes *lanes, size_t slots, Arena *arena)
{
    *lane = (Lane){.stream = {.read = lane_read, .skip = lane_skip, .lend = lane_lend},
                   .lanes = lanes,
                   .slot_count = slots};
    for (size_t i = 0; i < slots; i++)
        lane->slots[i].bytes = arena_bytes(arena, LANE_SLOT_BYTES);
    pthread_cond_init(&lane->moved, NULL);
    pthread_cond_init(&lane->more, NULL);
}

void lane_fini(Lane *lane)
{
    pthread_cond_destroy(&lane->more);
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
    lane->ahead = lane->filling = false;
    lane->pumped = lane->pump_ended = lane->stopped = lane->hungry = lane->holds = false;
    lane->below = NULL;
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
    while (lane->busy || lane->filling)
        wait_moved(lane);
    for (size_t i = 0; i < lanes->count; i++)
        if (lanes->open[i] == lane)
            lanes->open[i--] = lanes->open[--lanes->count];
    pthread_mutex_unlock(&lanes->lock);
    lane->inner = NULL;
}
