/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/ring.h"

#include <pthread.h>

/* Small enough to stay in the caches on the way from one core to the other. Who has found it empty
 * waits until half of it is filled, who has found it full until half of it is empty: to wake a
 * thread for every slot would cost more than some of what is done with it. */
enum { SLOTS = 8, HALF = SLOTS / 2, SLOT_BYTES = 64 << 10 };

typedef struct Slot {
    char *bytes;
    size_t len;
} Slot;

struct Ring {
    Stream stream;
    Stream *inner;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    Slot slots[SLOTS];
    size_t filled, taken; /* slots ever filled and emptied; their difference is what waits */
    bool ended, stopped;  /* by the producer, by the consumer */
    bool failed;
    Error failure;
    MemoryStream current; /* what is left of the slot that is being read */
    bool holding;         /* a slot is being read */
};

static bool slot_wait_empty(Ring *r)
{
    pthread_mutex_lock(&r->lock);
    bool full = r->filled - r->taken == SLOTS;
    while (full && r->filled - r->taken > HALF && !r->stopped)
        pthread_cond_wait(&r->moved, &r->lock);
    bool go_on = !r->stopped;
    pthread_mutex_unlock(&r->lock);
    return go_on;
}

static void slot_publish(Ring *r, bool ok, size_t len, const Error *err)
{
    pthread_mutex_lock(&r->lock);
    r->slots[r->filled % SLOTS].len = len;
    r->filled += len > 0;
    if (!ok) {
        r->failed = true;
        r->failure = *err;
    }
    r->ended = !ok || len == 0;
    if (r->ended || r->filled - r->taken >= HALF)
        pthread_cond_signal(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

static void *produce(void *context)
{
    Ring *r = context;
    Error err = {0};
    bool ok = true;
    size_t len = 1;
    while (ok && len && slot_wait_empty(r)) {
        ok = stream_read_full(r->inner, r->slots[r->filled % SLOTS].bytes, SLOT_BYTES, &len, &err);
        slot_publish(r, ok, len, &err);
    }
    return NULL;
}

/* The next filled slot into `current`; *got false at the end. */
static bool slot_take(Ring *r, bool *got, Error *err)
{
    pthread_mutex_lock(&r->lock);
    r->taken += r->holding;
    r->holding = false;
    if (r->filled - r->taken <= HALF)
        pthread_cond_signal(&r->moved);
    bool empty = r->filled == r->taken;
    while (empty && r->filled - r->taken < HALF && !r->ended)
        pthread_cond_wait(&r->moved, &r->lock);
    *got = r->holding = r->filled != r->taken;
    bool ok = *got || !r->failed;
    if (*got)
        memory_stream_init(
            &r->current, str_of(r->slots[r->taken % SLOTS].bytes, r->slots[r->taken % SLOTS].len));
    else if (!ok && err)
        *err = r->failure;
    pthread_mutex_unlock(&r->lock);
    return ok;
}

static bool ring_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Ring *r = (Ring *)self;
    bool more = true;
    if (r->current.rest.len == 0 && !slot_take(r, &more, err))
        return false;
    return !more || stream_read(&r->current.stream, into, cap, got, err);
}

static void ring_close(Stream *self)
{
    Ring *r = (Ring *)self;
    pthread_mutex_lock(&r->lock);
    r->stopped = true;
    pthread_cond_signal(&r->moved);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->moved);
    pthread_mutex_destroy(&r->lock);
}

Stream *ring_open(Arena *arena, Stream *inner)
{
    Ring *r = arena_new(arena, Ring);
    r->stream = (Stream){.read = ring_read, .close = ring_close};
    r->inner = inner;
    for (size_t i = 0; i < SLOTS; i++)
        r->slots[i].bytes = arena_alloc(arena, SLOT_BYTES);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    if (pthread_create(&r->thread, NULL, produce, r) == 0)
        return &r->stream;
    pthread_cond_destroy(&r->moved);
    pthread_mutex_destroy(&r->lock);
    return inner;
}
