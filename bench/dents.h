/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The floor of a walk: the names of a whole tree, by getdents64 and nothing else. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { DENTS_NAMES = 64 << 10, DENTS_DEEP = 256 };

/* How many there are. Closes the folder. */
static inline unsigned long dents_walk(int fd, unsigned depth)
{
    _Alignas(struct dirent64) char names[DENTS_NAMES];
    unsigned long count = 0;
    ssize_t len;
    while ((len = getdents64(fd, names, sizeof names)) > 0)
        for (ssize_t at = 0; at < len;) {
            const struct dirent64 *d = (const struct dirent64 *)(const void *)(names + at);
            at += d->d_reclen;
            if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                continue;
            count++;
            if (d->d_type != DT_DIR || depth == DENTS_DEEP)
                continue;
            int below = openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0)
                count += dents_walk(below, depth + 1);
        }
    close(fd);
    return count;
}
