/* SPDX-License-Identifier: Apache-2.0 */
/* Two commands as whole processes, in turn: pair ROUNDS ROW A... -- B... runs A B A B ..., both with
 * their output thrown away, and prints one line of a table: ROW, the median of A and of B in
 * milliseconds, the median of the ratios A/B pair by pair, their spread, the same ratio of processor
 * time, and the peak memory of A. Ratios of neighbours hold where a machine's speed drifts; where
 * others use its processors too, only that of processor time does. A first round is not counted. Exit codes
 * above 4 (and signals) are failures: 3 and 4 are verdicts. */
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

enum { ROUNDS_MAX = 200 };

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

/* Milliseconds, or less than 0 where it could not be run; *cpu of all processors together. */
static double run(char **words, posix_spawn_file_actions_t *quiet, double *cpu, long *peak)
{
    struct rusage usage;
    int status;
    pid_t pid;
    double start = now();
    if (posix_spawnp(&pid, words[0], quiet, NULL, words, environ) != 0 ||
        wait4(pid, &status, 0, &usage) < 0)
        return -1;
    *cpu = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    *peak = usage.ru_maxrss > *peak ? usage.ru_maxrss : *peak;
    return WIFEXITED(status) && WEXITSTATUS(status) <= 4 ? now() - start : -1;
}

static int order(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, order);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

int main(int argc, char **argv)
{
    static double a[ROUNDS_MAX], b[ROUNDS_MAX], ratio[ROUNDS_MAX], work[ROUNDS_MAX];
    posix_spawn_file_actions_t quiet;
    int rounds = argc > 1 ? atoi(argv[1]) : 0, split = 3;
    long peak = 0, ignored = 0;
    while (split < argc && strcmp(argv[split], "--") != 0)
        split++;
    if (rounds < 1 || rounds > ROUNDS_MAX || split == 3 || split + 1 >= argc) {
        fprintf(stderr, "usage: pair ROUNDS ROW A... -- B...\n");
        return 2;
    }
    argv[split] = NULL;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (int i = -1; i < rounds; i++) {
        int at = i < 0 ? 0 : i;
        double cpu_a = 0, cpu_b = 0;
        a[at] = run(argv + 3, &quiet, &cpu_a, &peak);
        b[at] = run(argv + split + 1, &quiet, &cpu_b, &ignored);
        if (a[at] < 0 || b[at] < 0) {
            fprintf(stderr, "pair: %s: %s failed\n", argv[2], argv[a[at] < 0 ? 3 : split + 1]);
            return 1;
        }
        ratio[at] = a[at] / b[at];
        work[at] = cpu_b > 0 ? cpu_a / cpu_b : 0;
    }
    double middle = median(ratio, rounds);
    printf("%-46s %9.1f %9.1f %7.2f  %5.2f-%-6.2f %6.2f %6ld\n", argv[2], median(a, rounds),
           median(b, rounds), middle, ratio[0], ratio[rounds - 1], median(work, rounds),
           peak / 1024);
    return 0;
}
