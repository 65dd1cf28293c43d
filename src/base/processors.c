/* SPDX-License-Identifier: Apache-2.0 */
#include "base/processors.h"

#include <sched.h>

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
