/* SPDX-License-Identifier: Apache-2.0 */
/* Commands as whole processes, in turn: turns [-c] SECONDS ROUNDS -- A... -- B... -- C... runs A B C
 * A B C ..., all with their output thrown away, for SECONDS but at least ROUNDS times, and prints a
 * line for each run: which command, milliseconds, milliseconds of processor time (all its threads and
 * children), and the KB of its largest process. Neighbours can be compared where a machine's speed
 * drifts. A first round is not counted. -c empties the kernel's caches before each run (root only).
 * Exit codes above 4, and signals, are failures: 3 and 4 are verdicts. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { COMMANDS_MAX = 64, ROUNDS_MAX = 400 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static bool drop_caches(void)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
    sync();
    bool ok = fd >= 0 && write(fd, "3", 1) == 1;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool run(int number, char **words, posix_spawn_file_actions_t *quiet, bool counts)
{
    struct rusage usage;
    int status = 0;
    pid_t pid;
    double start = now();
    if (posix_spawnp(&pid, words[0], quiet, NULL, words, environ) != 0 ||
        wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 4) {
        fprintf(stderr, "turns: %s failed with status %d\n", words[0], status);
        return false;
    }
    double took = now() - start;
    if (counts)
        printf("%d %.4f %.3f %ld\n", number, took,
               milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss);
    return true;
}

/* Cuts the words at each "--"; the number of commands, or 0 where one is empty. */
static int commands_split(char **words, int count, char **commands[COMMANDS_MAX])
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--") != 0)
            continue;
        words[i] = NULL;
        if (found == COMMANDS_MAX || i + 1 == count || strcmp(words[i + 1], "--") == 0)
            return 0;
        commands[found++] = words + i + 1;
    }
    return found;
}

int main(int argc, char **argv)
{
    static char **commands[COMMANDS_MAX];
    posix_spawn_file_actions_t quiet;
    bool cold = argc > 1 && strcmp(argv[1], "-c") == 0;
    int first = cold ? 2 : 1;
    int count = argc > first + 2 ? commands_split(argv + first + 2, argc - first - 2, commands) : 0;
    if (count == 0) {
        fprintf(stderr, "usage: turns [-c] SECONDS ROUNDS -- COMMAND... [-- COMMAND...]...\n");
        return 2;
    }
    double seconds = strtod(argv[first], NULL), start = 0;
    long rounds = strtol(argv[first + 1], NULL, 10);
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (long round = -1; round < ROUNDS_MAX; round++) {
        if (round == 0)
            start = now();
        if (round >= rounds && now() - start > seconds * 1e3)
            break;
        for (int i = 0; i < count; i++) {
            if (cold && !drop_caches()) {
                fprintf(stderr, "turns: only root can empty the kernel's caches\n");
                return 1;
            }
            if (!run(i, commands[i], &quiet, round >= 0))
                return 1;
        }
    }
    return 0;
}
