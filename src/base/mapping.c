/* SPDX-License-Identifier: Apache-2.0 */
/* A page of a mapped file that the disk does not give is no error code but a signal, at whichever
 * instruction first touched it. Who mapped a file and cannot go on without it gets what an error would
 * have been: one line with the file's name, and exit code 1. Who looks at one of many files gets
 * zeros in place of all that follows, and is told when he is done. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

/* A large file is read here and there: where the file system keeps it in huge pages, or can read it so,
 * one fault maps two megabytes and not sixteen pages (30 for 248, 0.08 ms for 1.5). */
enum { HUGE_FROM = 4 << 20 };

typedef struct Mapped {
    const char *at; /* NULL: free */
    size_t len;
    Error line;
} Mapped;

/* A row is filled by one thread while no other maps. */
static Mapped mapped[16];

static _Thread_local __attribute__((tls_model("initial-exec"))) struct {
    const char *at; /* NULL: none */
    size_t len;
    bool torn;
} view;

/* The pages from `at` on become zeros; false if it is not our view. */
static bool view_mend(const char *at)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), all = (view.len + page - 1) / page * page;
    if (!view.at || at < view.at || at >= view.at + all)
        return false;
    int before = errno;
    size_t from = (size_t)(at - view.at) / page * page;
    union {
        const char *in;
        void *out;
    } place = {.in = view.at + from};
    view.torn = true;
    bool ok = mmap(place.out, all - from, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                   0) != MAP_FAILED;
    errno = before;
    return ok;
}

static void on_bus(int number, siginfo_t *info, void *context)
{
    const char *at = info->si_addr;
    (void)context;
    if (view_mend(at))
        return;
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (mapped[i].at && at >= mapped[i].at && at < mapped[i].at + mapped[i].len) {
            const char *line = mapped[i].line.message;
            if (write(STDERR_FILENO, line, strlen(line)) > 0 && write(STDERR_FILENO, "\n", 1) > 0)
                _exit(EXIT_FAILURE);
            _exit(EXIT_FAILURE);
        }
    signal(number, SIG_DFL); /* not ours: it comes again */
}

static void watch(void)
{
    const struct sigaction action = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
}

static void mapped_add(Str name, const char *at, size_t len)
{
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (!mapped[i].at) {
            mapped[i] = (Mapped){.at = at, .len = len};
            error_set(&mapped[i].line, ERR_IO, "assay: cannot read " STR_FMT ": Input/output error",
                      STR_ARG(name));
            watch();
            return;
        }
}

static void mapped_remove(const char *at)
{
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (mapped[i].at == at)
            mapped[i].at = NULL;
}

bool mapping_open(Fd fd, Str name, Mapping *out, Error *err)
{
    uint64_t size;
    *out = (Mapping){0};
    if (!fd_size(fd, &size, err))
        return error_within(err, STR_FMT, STR_ARG(name));
    if (size == 0)
        return true;
    void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return error_sys(err, "cannot map " STR_FMT, STR_ARG(name));
#ifdef MADV_HUGEPAGE
    if (size >= HUGE_FROM)
        (void)madvise(at, size, MADV_HUGEPAGE);
#endif
    out->bytes = str_of(at, size);
    mapped_add(name, at, size);
    return true;
}

void mapping_forget(const Mapping *mapping)
{
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (mapped[i].at && mapped[i].at == mapping->bytes.ptr) {
            union {
                const char *in;
                void *out;
            } bytes = {.in = mapped[i].at};
            (void)madvise(bytes.out, mapped[i].len, MADV_DONTNEED);
        }
}

void mapping_close(Mapping *mapping)
{
    union {
        const char *in;
        void *out;
    } bytes = {.in = mapping->bytes.ptr};
    if (mapping->bytes.ptr) {
        mapped_remove(mapping->bytes.ptr);
        munmap(bytes.out, mapping->bytes.len);
    }
    *mapping = (Mapping){0};
}

bool view_open(Fd fd, uint64_t size, Str *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    assert(!view.at);
    if (size == 0 || size > SIZE_MAX)
        return false;
    void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return false;
    pthread_once(&once, watch);
    *out = str_of(at, size);
    view.len = size;
    view.torn = false;
    view.at = at;
    return true;
}

bool view_close(Str *bytes)
{
    union {
        const char *in;
        void *out;
    } place = {.in = bytes->ptr};
    view.at = NULL;
    munmap(place.out, bytes->len);
    *bytes = (Str){0};
    return !view.torn;
}
