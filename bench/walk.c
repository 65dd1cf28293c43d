/* SPDX-License-Identifier: Apache-2.0 */
/* What the collector's part of reading folders costs: walk names|heads ROUNDS FOLDER... lists the
 * folders together as a scan does, with catalogers keyed by name alone or also by first bytes, and in
 * turn by getdents64 alone; prints the milliseconds of both, a line each round. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dents.h"
#include "inventory/cataloger.h"
#include "layers/folder.h"

enum { ROOTS_MAX = 256 };

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

static bool dents_time(const FolderRoot *roots, size_t count, double *out)
{
    double from = now_ms();
    for (size_t i = 0; i < count; i++) {
        int fd = openat(roots[i].fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return false;
        dents_walk(fd, 0);
    }
    *out = now_ms() - from;
    return true;
}

int main(int argc, char **argv)
{
    const Limits limits = LIMITS_DEFAULT;
    FolderChoice choice = {.by_name = catalogers_want_path};
    FolderRoot roots[ROOTS_MAX];
    Error err = {0};
    size_t bytes = 0, count = 0;
    if (argc < 4)
        return 2;
    if (strcmp(argv[1], "heads") == 0)
        choice = (FolderChoice){.by_name = catalogers_want_path,
                                .by_magic = catalogers_want_magic,
                                .is_data = names_data};
    size_t rounds = (size_t)strtoul(argv[2], NULL, 10);
    for (int i = 3; i < argc && count < ROOTS_MAX; i++, count++) {
        roots[count] = (FolderRoot){.number = (uint32_t)count, .kind = LAYER_DIR_OVERLAY};
        if (!fd_open_dir_at(AT_FDCWD, str_from(argv[i]), &roots[count].fd, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
    }
    for (size_t i = 0; i < rounds; i++) {
        double walked, bare, from = now_ms();
        if (!folders_list(roots, count, &limits, &choice, count_bytes, &bytes, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        walked = now_ms() - from;
        if (!dents_time(roots, count, &bare)) {
            perror("getdents64");
            return 1;
        }
        printf("%.3f %.3f\n", walked, bare);
    }
    return 0;
}
