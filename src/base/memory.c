/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool quiet;

void memory_quiet(void)
{
    quiet = true;
}

_Noreturn void memory_exhausted(size_t wanted)
{
    char line[96];
    int length = snprintf(line, sizeof line, "assay: out of memory (%zu bytes wanted)\n", wanted);
    if (!quiet && write(STDERR_FILENO, line, length > 0 ? (size_t)length : 0) < 0)
        _exit(1);
    _exit(1);
}

void *memory_get(size_t size)
{
    void *got = malloc(size ? size : 1);
    if (!got)
        memory_exhausted(size);
    return got;
}

void *memory_get_aligned(size_t size)
{
    void *got = aligned_alloc(size, size);
    if (!got)
        memory_exhausted(size);
    return got;
}

void *memory_resize(void *old, size_t size)
{
    void *got = realloc(old, size ? size : 1);
    if (!got)
        memory_exhausted(size);
    return got;
}

void memory_hurry(void)
{
    mallopt(M_TOP_PAD, 512 << 10);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
}
