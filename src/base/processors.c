/* SPDX-License-Identifier: Apache-2.0 */
#include "base/processors.h"

#include <sched.h>
#include <stdint.h>
#include <time.h>

size_t processor_count(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

int processor_current(void)
{
    return sched_getcpu();
}

void processor_avoid(int processor)
{
    cpu_set_t set;
    if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof set, &set) != 0)
        return;
    CPU_CLR((size_t)processor, &set);
    if (CPU_COUNT(&set))
        (void)!sched_setaffinity(0, sizeof set, &set);
}

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t microseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

bool processor_watch(const atomic_uint *value, unsigned seen, unsigned microseconds)
{
    enum { LOOKS = 64 }; /* between two at the clock */
    int64_t end = microseconds_now() + microseconds;
    do
        for (int i = 0; i < LOOKS; i++) {
            if (atomic_load_explicit(value, memory_order_acquire) != seen)
                return true;
            pause_briefly();
        }
    while (microseconds_now() < end);
    return false;
}
