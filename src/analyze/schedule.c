/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/schedule.h"

#include <stdatomic.h>

#include "base/processors.h"

/* Below it, threads cost more than they save. */
enum { THREADS_FROM = 256 << 10, THREADS_MAX = LANES_MAX / 2 };

typedef struct Schedule {
    LayerWork *works;
    size_t count;
    uint32_t *order;    /* works, largest first */
    atomic_size_t next; /* in `order` */
    atomic_size_t left; /* works that are not done */
    Lanes lanes;
    LayersBegin *begin;
    void *context;
    int processor; /* of the first thread, when it makes the others */
} Schedule;

/* Reads layers while there are any, and hashes for others thereafter. */
static void *read_layers(void *context)
{
    Schedule *s = context;
    Arena arena CLEANUP(arena_fini) = {.eager = true};
    LayerLanes lanes CLEANUP(layer_lanes_fini);
    layer_lanes_init(&lanes, &s->lanes, &arena);
    lanes_enter(&s->lanes);
    for (size_t at; (at = atomic_fetch_add(&s->next, 1)) < s->count;) {
        LayerWork *work = &s->works[s->order[at]];
        s->begin(s->context, work);
        work->lanes = &lanes;
        layer_work_run(work);
        if (atomic_fetch_sub(&s->left, 1) == 1)
            lanes_end(&s->lanes);
    }
    lanes_help(&s->lanes);
    lanes_leave(&s->lanes);
    return NULL;
}

static void *help_reader(void *context)
{
    Schedule *s = context;
    processor_avoid(s->processor);
    lanes_enter(&s->lanes);
    lanes_help(&s->lanes);
    lanes_leave(&s->lanes);
    return NULL;
}

static void order_by_size(Schedule *s, Arena *arena)
{
    s->order = arena_new_array(arena, uint32_t, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t at = i;
        for (; at > 0 && s->works[s->order[at - 1]].layer->size < s->works[i].layer->size; at--)
            s->order[at] = s->order[at - 1];
        s->order[at] = i;
    }
}

/* Twice as many readers as cores, so that lanes can be hashed two at a time while the others read
 * on; where there are fewer layers, up to two threads that hash beside each reader. */
static size_t thread_count(const Schedule *s)
{
    uint64_t bytes = 0;
    size_t cores = s->lanes.cores, layers = 0;
    for (size_t i = 0; i < s->count; i++) {
        const ImageLayer *layer = s->works[i].layer;
        layers += !layer->missing;
        bytes += layer->folder || layer->missing ? 0 : layer->size;
    }
    size_t most = 2 * cores < THREADS_MAX ? 2 * cores : THREADS_MAX;
    size_t useful = bytes < THREADS_FROM ? layers : 3 * layers;
    size_t least = useful < cores ? useful : cores;
    if (cores < 2)
        return 1;
    return layers < least ? least : layers < most ? layers : most;
}

bool layers_read(LayerWork *works, size_t count, bool alone, Arena *arena, LayersBegin *begin,
                 void *context, Error *err)
{
    Schedule s = {.works = works, .count = count, .begin = begin, .context = context};
    pthread_t threads[THREADS_MAX];
    size_t started = 0;
    s.left = count;
    order_by_size(&s, arena);
    lanes_init(&s.lanes, alone ? 1 : processor_count());
    if (count == 0)
        lanes_end(&s.lanes);
    size_t wanted = thread_count(&s);
    void *(*run)(void *) = count == 1 ? help_reader : read_layers;
    s.processor = processor_current();
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, run, &s) == 0)
        started++;
    read_layers(&s);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    lanes_fini(&s.lanes);
    for (size_t i = 0; i < count; i++)
        if (!works[i].ok) {
            *err = works[i].err;
            return false;
        }
    return true;
}
