/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of a walk: dents FOLDER... reads the names of whole trees with getdents64 and nothing
 * else, and prints how many there are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAMES = 64 << 10, DEEP = 256 };

static unsigned long walk(int fd, unsigned depth)
{
    _Alignas(struct dirent64) char names[NAMES];
    unsigned long count = 0;
    ssize_t len;
    while ((len = getdents64(fd, names, sizeof names)) > 0)
        for (ssize_t at = 0; at < len;) {
            const struct dirent64 *d = (const struct dirent64 *)(const void *)(names + at);
            at += d->d_reclen;
            if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
                continue;
            count++;
            if (d->d_type != DT_DIR || depth == DEEP)
                continue;
            int below = openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0)
                count += walk(below, depth + 1);
        }
    close(fd);
    return count;
}

int main(int argc, char **argv)
{
    unsigned long count = 0;
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            perror(argv[i]);
            return 1;
        }
        count += walk(fd, 0);
    }
    printf("%lu\n", count);
    return 0;
}
