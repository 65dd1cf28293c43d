/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static TestCase *cases;
static int failures;
static char folder[64];

void test_add(TestCase *test)
{
    test->next = cases;
    cases = test;
}

static void fail(const char *file, int line, const char *what)
{
    failures++;
    fprintf(stderr, "%s:%d: failed: %s", file, line, what);
}

void test_check(bool ok, const char *file, int line, const char *what)
{
    if (ok)
        return;
    fail(file, line, what);
    fputc('\n', stderr);
}

void test_check_str(Str got, Str want, const char *file, int line, const char *what)
{
    if (str_eq(got, want))
        return;
    fail(file, line, what);
    fprintf(stderr, " is \"" STR_FMT "\", not \"" STR_FMT "\"\n", STR_ARG(got), STR_ARG(want));
}

void test_check_int(long long got, long long want, const char *file, int line, const char *what)
{
    if (got == want)
        return;
    fail(file, line, what);
    fprintf(stderr, " is %lld, not %lld\n", got, want);
}

/* Empties the open folder, which it closes. Names only, so that a path may be longer than PATH_MAX. */
static void empty_folder(int fd)
{
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(fd, entry->d_name, 0) == 0)
            continue;
        empty_folder(openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        unlinkat(fd, entry->d_name, AT_REMOVEDIR);
    }
    closedir(dir);
}

static void remove_folder(void)
{
    empty_folder(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    rmdir(folder);
}

_Noreturn void test_skip(const char *reason)
{
    printf("skipped: %s\n", reason);
    exit(77);
}

Str test_source(Arena *arena, const char *path)
{
    const char *root = getenv("ASSAY_SOURCE");
    return arena_printf(arena, "%s/%s", root ? root : ".", path);
}

Str test_shared(Arena *arena, const char *path)
{
    const char *root = getenv("ASSAY_SHARED");
    const char *source = getenv("ASSAY_SOURCE");
    Str file = root ? arena_printf(arena, "%s/%s", root, path)
                    : arena_printf(arena, "%s/../shared/%s", source ? source : ".", path);
    if (access(arena_c_str(arena, file), R_OK) != 0)
        test_skip("no shared test data on this machine (ASSAY_SHARED)");
    return file;
}

Str test_folder(Arena *arena)
{
    static int count;
    if (!folder[0]) {
        for (int n = 0; n == 0 || errno == EEXIST; n++) {
            snprintf(folder, sizeof folder, "/tmp/assay-test-%d-%d", (int)getpid(), n);
            errno = 0;
            if (mkdir(folder, 0700) == 0)
                break;
        }
        atexit(remove_folder);
    }
    Str path = arena_printf(arena, "%s/%d", folder, count++);
    if (mkdir(path.ptr, 0700) != 0) {
        perror(path.ptr);
        exit(1);
    }
    return path;
}

int main(int argc, char **argv)
{
    int run = 0;
    for (TestCase *test = cases; test; test = test->next)
        if (argc < 2 || strcmp(argv[1], test->name) == 0) {
            run++;
            test->run();
        }
    if (run == 0) {
        fprintf(stderr, "no such case: %s\n", argv[1]);
        return 1;
    }
    return failures != 0;
}
