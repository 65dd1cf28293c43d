/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdatomic.h>
#include "analyze/layer_work.h"

/* Called as a layer begins, by whichever thread reads it. */
typedef void LayersBegin(void *context, const LayerWork *work);

enum { READERS_MAX = LANES_MAX / 2 };

/* The threads that read, and what a single one works in: it stays until the end, which who has the
 * layers need not wait for. */
typedef struct Readers {
    LayerWork *works;
    size_t count;
    uint32_t *order;    /* works, largest first */
    atomic_size_t next; /* in `order` */
    atomic_size_t left; /* works that are not done */
    Lanes lanes;
    LayersBegin *begin;
    void *context;
    int processor; /* of the first thread, when it makes the others */
    pthread_t threads[READERS_MAX];
    size_t started;
    LayerLanes one;
} Readers;

/* Runs all works, the largest layer first, on as many processors as there are; `alone`: one after
 * the other, by the caller. False with the error of the first (in the image's order) that is not ok.
 * To be followed by readers_fini whatever comes back. */
MUST_USE bool layers_read(Readers *readers, LayerWork *works, size_t count, bool alone,
                          Arena *arena, LayersBegin *begin, void *context, Error *err);
void readers_fini(Readers *readers); /* what is all zero is fine */
