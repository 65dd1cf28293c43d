/* SPDX-License-Identifier: Apache-2.0 */
/* What the collector's part of reading folders costs: walk names|heads ROUNDS FOLDER... lists the
 * folders together as a scan does, with catalogers keyed by name alone or also by first bytes, and
 * prints the bytes of the list, the median and the fastest round in milliseconds. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inventory/cataloger.h"
#include "layers/folder.h"

enum { ROUNDS_MAX = 1000, ROOTS_MAX = 256 };

static bool count_bytes(void *self, Str batch, Error *err)
{
    (void)err;
    *(size_t *)self += batch.len;
    return true;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const Limits limits = LIMITS_DEFAULT;
    FolderChoice choice = {.by_name = catalogers_want_path};
    FolderRoot roots[ROOTS_MAX];
    double times[ROUNDS_MAX];
    Error err = {0};
    size_t bytes = 0, count = 0;
    if (argc < 4)
        return 2;
    if (strcmp(argv[1], "heads") == 0)
        choice.by_magic = catalogers_want_magic;
    size_t rounds = (size_t)strtoul(argv[2], NULL, 10);
    for (int i = 3; i < argc && count < ROOTS_MAX; i++, count++) {
        roots[count] = (FolderRoot){.number = (uint32_t)count, .kind = LAYER_DIR_OVERLAY};
        if (!fd_open_dir_at(AT_FDCWD, str_from(argv[i]), &roots[count].fd, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
    }
    for (size_t i = 0; i < rounds && i < ROUNDS_MAX; i++) {
        double from = now_ms();
        bytes = 0;
        if (!folders_list(roots, count, &limits, &choice, count_bytes, &bytes, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        times[i] = now_ms() - from;
    }
    rounds = rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX;
    qsort(times, rounds, sizeof *times, by_value);
    printf("%zu bytes, median %.3f ms, fastest %.3f ms\n", bytes, times[rounds / 2], times[0]);
    return 0;
}
