/* SPDX-License-Identifier: Apache-2.0 */
/* dents FOLDER...: the floor of a walk as a process; prints how many names there are. */
#include "dents.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    unsigned long count = 0;
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            perror(argv[i]);
            return 1;
        }
        count += dents_walk(fd, 0);
    }
    printf("%lu\n", count);
    return 0;
}
