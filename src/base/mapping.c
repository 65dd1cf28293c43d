/* SPDX-License-Identifier: Apache-2.0 */
/* A page of a mapped file that the disk does not give is no error code but a signal, at whichever
 * instruction first touched it. Whoever mapped the file cannot go on without it, so the signal
 * becomes what an error would have been: one line with the file's name, and exit code 1. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

typedef struct Mapped {
    const char *at; /* NULL: free */
    size_t len;
    Error line;
} Mapped;

/* A row is filled by one thread while no other maps. */
static Mapped mapped[16];

static void on_bus(int number, siginfo_t *info, void *context)
{
    const char *at = info->si_addr;
    (void)context;
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (mapped[i].at && at >= mapped[i].at && at < mapped[i].at + mapped[i].len) {
            const char *line = mapped[i].line.message;
            if (write(STDERR_FILENO, line, strlen(line)) > 0 && write(STDERR_FILENO, "\n", 1) > 0)
                _exit(EXIT_FAILURE);
            _exit(EXIT_FAILURE);
        }
    signal(number, SIG_DFL); /* not ours: it comes again */
}

static void mapped_add(Str name, const char *at, size_t len)
{
    const struct sigaction action = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};
    for (size_t i = 0; i < COUNT_OF(mapped); i++)
        if (!mapped[i].at) {
            mapped[i] = (Mapped){.at = at, .len = len};
            error_set(&mapped[i].line, ERR_IO, "assay: cannot read " STR_FMT ": Input/output error",
                      STR_ARG(name));
            sigaction(SIGBUS, &action, NULL);
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
    out->bytes = str_of(at, size);
    mapped_add(name, at, size);
    return true;
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
