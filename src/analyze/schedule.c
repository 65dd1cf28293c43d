/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/schedule.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* Below it, threads cost more than they save. */
enum { AHEAD_FROM = 256 << 10 };

typedef struct Schedule {
    LayerWork *works;
    size_t count;
    uint32_t *order;    /* works, largest first */
    atomic_size_t next; /* in `order` */
    LayersBegin *begin;
    void *context;
} Schedule;

static void *read_layers(void *context)
{
    Schedule *s = context;
    for (size_t at; (at = atomic_fetch_add(&s->next, 1)) < s->count;) {
        LayerWork *work = &s->works[s->order[at]];
        s->begin(s->context, work);
        layer_work_run(work);
    }
    return NULL;
}

static size_t core_count(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
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

/* Layers beside each other keep two cores busy until there are none left to begin: those that may
 * be read last, and one that is larger than all others together, get threads of their own. */
static void mark_ahead(Schedule *s)
{
    uint64_t total = 0;
    for (size_t i = 0; i < s->count; i++)
        total += s->works[i].layer->size;
    for (size_t i = 0; i < s->count && core_count() > 1; i++) {
        LayerWork *work = &s->works[s->order[i]];
        bool last = i + 2 >= s->count || work->layer->size > total / 2;
        work->ahead = last && !work->layer->folder && work->layer->size > AHEAD_FROM;
    }
}

bool layers_read(LayerWork *works, size_t count, Arena *arena, LayersBegin *begin, void *context,
                 Error *err)
{
    Schedule s = {.works = works, .count = count, .begin = begin, .context = context};
    pthread_t second;
    order_by_size(&s, arena);
    mark_ahead(&s);
    bool two = count > 1 && core_count() > 1 && pthread_create(&second, NULL, read_layers, &s) == 0;
    read_layers(&s);
    if (two)
        pthread_join(second, NULL);
    for (size_t i = 0; i < count; i++)
        if (!works[i].ok) {
            *err = works[i].err;
            return false;
        }
    return true;
}
