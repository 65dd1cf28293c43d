/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/schedule.h"

#include <sched.h>

#include "base/processors.h"

/* Below it, threads cost more than they save. */
enum { THREADS_FROM = 256 << 10 };

/* Reads layers while there are any, and hashes for others thereafter. */
static void read_with(Readers *r, LayerLanes *lanes)
{
    lanes_enter(&r->lanes);
    for (size_t at; (at = atomic_fetch_add(&r->next, 1)) < r->count;) {
        LayerWork *work = &r->works[r->order[at]];
        r->begin(r->context, work);
        work->lanes = lanes;
        layer_work_run(work);
        if (atomic_fetch_sub(&r->left, 1) == 1)
            lanes_end(&r->lanes);
    }
    lanes_help(&r->lanes);
    lanes_leave(&r->lanes);
}

static void *read_layers(void *context)
{
    Readers *r = context;
    LayerLanes lanes CLEANUP(layer_lanes_fini);
    layer_lanes_init(&lanes, &r->lanes, true);
    read_with(r, &lanes);
    return NULL;
}

static void *help_reader(void *context)
{
    Readers *r = context;
    processor_avoid(r->processor);
    lanes_enter(&r->lanes);
    lanes_help(&r->lanes);
    lanes_leave(&r->lanes);
    return NULL;
}

static void order_by_size(Readers *r, Arena *arena)
{
    r->order = arena_new_array(arena, uint32_t, r->count);
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t at = i;
        for (; at > 0 && r->works[r->order[at - 1]].layer->size < r->works[i].layer->size; at--)
            r->order[at] = r->order[at - 1];
        r->order[at] = i;
    }
}

/* Twice as many readers as cores, so that lanes can be hashed two at a time while the others read
 * on; where there are fewer layers, up to two threads that hash beside each reader. */
static size_t thread_count(const Readers *r)
{
    uint64_t bytes = 0;
    size_t cores = r->lanes.cores, layers = 0;
    for (size_t i = 0; i < r->count; i++) {
        const ImageLayer *layer = r->works[i].layer;
        layers += !layer->missing;
        bytes += layer->folder || layer->missing ? 0 : layer->size;
    }
    size_t most = 2 * cores < READERS_MAX ? 2 * cores : READERS_MAX;
    size_t useful = bytes < THREADS_FROM ? layers : 3 * layers;
    size_t least = useful < cores ? useful : cores;
    if (cores < 2)
        return 1;
    return layers < least ? least : layers < most ? layers : most;
}

/* The caller is one of them. */
static void readers_start(Readers *r, size_t wanted)
{
    void *(*run)(void *) = r->count == 1 ? help_reader : read_layers;
    r->processor = processor_current();
    while (r->started + 1 < wanted && pthread_create(&r->threads[r->started], NULL, run, r) == 0)
        r->started++;
    if (r->count == 1 && r->started) {
        r->lanes.helpers = r->started;
        sched_yield(); /* or it waits here, behind us, until we are done with half of the layer */
    }
}

bool layers_read(Readers *r, LayerWork *works, size_t count, bool alone, Arena *arena,
                 LayersBegin *begin, void *context, Error *err)
{
    *r = (Readers){
        .works = works, .count = count, .left = count, .begin = begin, .context = context};
    order_by_size(r, arena);
    layer_lanes_init(&r->one, &r->lanes, true);
    lanes_init(&r->lanes, alone ? 1 : processor_count());
    if (count == 0)
        lanes_end(&r->lanes);
    readers_start(r, thread_count(r));
    if (count == 1)
        read_with(r, &r->one);
    else
        read_layers(r);
    for (size_t i = 0; count != 1 && i < r->started; i++)
        pthread_join(r->threads[i], NULL);
    r->started = count == 1 ? r->started : 0;
    for (size_t i = 0; i < count; i++)
        if (!works[i].ok) {
            *err = works[i].err;
            return false;
        }
    return true;
}

void readers_fini(Readers *r)
{
    for (size_t i = 0; i < r->started; i++)
        pthread_join(r->threads[i], NULL);
    layer_lanes_fini(&r->one);
    if (r->works)
        lanes_fini(&r->lanes);
}
