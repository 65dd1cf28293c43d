/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into the program under test, it lets chosen calls into libc go wrong: the Nth, or each
 * with some probability. What libc calls within itself does not come by here, so the public function
 * above it stands in the list (opendir for its open, fflush for stdio's write).
 *
 *   FAULT_CALLS    names, with commas between them; "all"
 *   FAULT_NTH      this call of them alone fails, counted from 1 over all processes and threads
 *   FAULT_PERMILLE so many of a thousand fail, chosen by FAULT_SEED and the number of the call
 *   FAULT_ERRNO    the error; 0: reads and writes move only half of what was asked for, others work
 *   FAULT_SIGNAL   instead of failing, the call is where the process gets this signal
 *   FAULT_WHERE    "parent", "child" or both
 *   FAULT_COUNTS   a file of a page: calls seen and calls failed, as two 32-bit numbers */
#undef _FILE_OFFSET_BITS /* open and open64 are two names here */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

typedef struct Counts {
    atomic_uint seen, failed;
} Counts;

static struct {
    const char *calls, *where;
    unsigned long nth, permille, seed;
    int error, signal;
    pid_t parent;
    Counts *counts;
    Counts own; /* where no file was named */
} plan;

static unsigned long number_of(const char *name)
{
    const char *text = getenv(name);
    return text ? strtoul(text, NULL, 10) : 0;
}

static bool is_named(const char *name)
{
    size_t length = strlen(name);
    if (strcmp(plan.calls, "all") == 0)
        return true;
    for (const char *at = plan.calls; (at = strstr(at, name)); at += length)
        if ((at == plan.calls || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
            return true;
    return false;
}

static bool is_here(void)
{
    if (!plan.where)
        return true;
    bool parent = getpid() == plan.parent;
    return parent == (strcmp(plan.where, "parent") == 0);
}

/* Thorough enough that neighbouring calls share no fate. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static bool is_chosen(const char *name)
{
    if (!plan.calls || !is_named(name) || !is_here())
        return false;
    unsigned call = atomic_fetch_add(&plan.counts->seen, 1) + 1;
    bool chosen =
        plan.nth ? call == plan.nth
                 : mixed(plan.seed * UINT64_C(0x9e3779b97f4a7c15) + call) % 1000 < plan.permille;
    if (chosen)
        atomic_fetch_add(&plan.counts->failed, 1);
    if (chosen && plan.signal)
        kill(getpid(), plan.signal);
    return chosen && !plan.signal;
}

/* Callers, libc among them, rely on what these can fail with. */
static int error_of(const char *name)
{
    static const char *const memory[] = {"malloc", "calloc", "realloc", "mmap", "mmap64", "mremap"};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        if (strcmp(memory[i], name) == 0)
            return ENOMEM;
    return strcmp(name, "pthread_create") == 0 || strcmp(name, "fork") == 0 ? EAGAIN : plan.error;
}

static bool fails(const char *name)
{
    if (!is_chosen(name) || plan.error == 0)
        return false;
    errno = error_of(name);
    return true;
}

/* Of reads and writes; *length may shrink. */
static bool fails_or_halves(const char *name, size_t *length)
{
    if (!is_chosen(name))
        return false;
    if (plan.error == 0 && *length > 1)
        *length /= 2;
    errno = plan.error;
    return plan.error != 0;
}

/* ---- calls of one shape ---- */

/* Every name of this list gets a wrapper, and a pointer to what it stands in front of. */
#define CALLS(X)                                                                                   \
    X(DIR *, opendir, NULL, (const char *path), (path))                                            \
    X(DIR *, fdopendir, NULL, (int fd), (fd))                                                      \
    X(struct dirent *, readdir, NULL, (DIR * dir), (dir))                                          \
    X(struct dirent64 *, readdir64, NULL, (DIR * dir), (dir))                                      \
    X(FILE *, fopen, NULL, (const char *path, const char *mode), (path, mode))                     \
    X(FILE *, fopen64, NULL, (const char *path, const char *mode), (path, mode))                   \
    X(FILE *, open_memstream, NULL, (char **at, size_t *length), (at, length))                     \
    X(int, fflush, EOF, (FILE * file), (file))                                                     \
    X(int, fsync, -1, (int fd), (fd))                                                              \
    X(int, fdatasync, -1, (int fd), (fd))                                                          \
    X(int, rename, -1, (const char *from, const char *to), (from, to))                             \
    X(int, renameat, -1, (int a, const char *from, int b, const char *to), (a, from, b, to))       \
    X(int, ftruncate, -1, (int fd, off_t length), (fd, length))                                    \
    X(int, ftruncate64, -1, (int fd, off64_t length), (fd, length))                                \
    X(int, link, -1, (const char *from, const char *to), (from, to))                               \
    X(int, linkat, -1, (int a, const char *from, int b, const char *to, int flags),                \
      (a, from, b, to, flags))                                                                     \
    X(int, unlink, -1, (const char *path), (path))                                                 \
    X(int, unlinkat, -1, (int dir, const char *path, int flags), (dir, path, flags))               \
    X(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))                               \
    X(int, chmod, -1, (const char *path, mode_t mode), (path, mode))                               \
    X(int, fchmod, -1, (int fd, mode_t mode), (fd, mode))                                          \
    X(int, futimens, -1, (int fd, const struct timespec times[2]), (fd, times))                    \
    X(int, flock, -1, (int fd, int operation), (fd, operation))                                    \
    X(int, access, -1, (const char *path, int mode), (path, mode))                                 \
    X(int, stat, -1, (const char *path, struct stat *out), (path, out))                            \
    X(int, stat64, -1, (const char *path, struct stat64 *out), (path, out))                        \
    X(int, lstat, -1, (const char *path, struct stat *out), (path, out))                           \
    X(int, lstat64, -1, (const char *path, struct stat64 *out), (path, out))                       \
    X(int, fstat, -1, (int fd, struct stat *out), (fd, out))                                       \
    X(int, fstat64, -1, (int fd, struct stat64 *out), (fd, out))                                   \
    X(int, fstatat, -1, (int dir, const char *path, struct stat *out, int flags),                  \
      (dir, path, out, flags))                                                                     \
    X(int, fstatat64, -1, (int dir, const char *path, struct stat64 *out, int flags),              \
      (dir, path, out, flags))                                                                     \
    X(int, statx, -1, (int dir, const char *path, int flags, unsigned mask, struct statx *out),    \
      (dir, path, flags, mask, out))                                                               \
    X(int, fstatfs, -1, (int fd, struct statfs *out), (fd, out))                                   \
    X(int, fstatfs64, -1, (int fd, struct statfs64 *out), (fd, out))                               \
    X(ssize_t, getdents64, -1, (int fd, void *into, size_t length), (fd, into, length))            \
    X(ssize_t, readlink, -1, (const char *path, char *into, size_t length), (path, into, length))  \
    X(ssize_t, readlinkat, -1, (int dir, const char *path, char *into, size_t length),             \
      (dir, path, into, length))                                                                   \
    X(void *, mmap, MAP_FAILED,                                                                    \
      (void *at, size_t length, int protection, int flags, int fd, off_t offset),                  \
      (at, length, protection, flags, fd, offset))                                                 \
    X(void *, mmap64, MAP_FAILED,                                                                  \
      (void *at, size_t length, int protection, int flags, int fd, off64_t offset),                \
      (at, length, protection, flags, fd, offset))                                                 \
    X(pid_t, fork, -1, (void), ())                                                                 \
    X(pid_t, waitpid, -1, (pid_t pid, int *status, int options), (pid, status, options))           \
    X(int, pidfd_open, -1, (pid_t pid, unsigned flags), (pid, flags))                              \
    X(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol))             \
    X(int, socketpair, -1, (int domain, int type, int protocol, int pair[2]),                      \
      (domain, type, protocol, pair))                                                              \
    X(ssize_t, sendmsg, -1, (int fd, const struct msghdr *message, int flags),                     \
      (fd, message, flags))                                                                        \
    X(ssize_t, recvmsg, -1, (int fd, struct msghdr *message, int flags), (fd, message, flags))     \
    X(int, poll, -1, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))      \
    X(int, dup2, -1, (int from, int to), (from, to))                                               \
    X(int, dup3, -1, (int from, int to, int flags), (from, to, flags))                             \
    X(int, close_range, -1, (unsigned first, unsigned last, int flags), (first, last, flags))      \
    X(int, getrlimit64, -1, (__rlimit_resource_t which, struct rlimit64 * out), (which, out))      \
    X(int, setrlimit64, -1, (__rlimit_resource_t which, const struct rlimit64 *limit),             \
      (which, limit))                                                                              \
    X(ssize_t, getrandom, -1, (void *into, size_t length, unsigned flags), (into, length, flags))  \
    X(void *, dlopen, NULL, (const char *name, int flags), (name, flags))

#define POINTER(result, name, failure, parameters, arguments)                                      \
    static result(*next_##name) parameters;
CALLS(POINTER)
static ssize_t (*next_read)(int, void *, size_t);
static ssize_t (*next_pread)(int, void *, size_t, off_t);
static ssize_t (*next_pread64)(int, void *, size_t, off64_t);
static ssize_t (*next_readv)(int, const struct iovec *, int);
static ssize_t (*next_preadv)(int, const struct iovec *, int, off_t);
static ssize_t (*next_write)(int, const void *, size_t);
static ssize_t (*next_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*next_pwrite64)(int, const void *, size_t, off64_t);
static ssize_t (*next_writev)(int, const struct iovec *, int);
static ssize_t (*next_recv)(int, void *, size_t, int);
static ssize_t (*next_send)(int, const void *, size_t, int);
static int (*next_open)(const char *, int, ...);
static int (*next_open64)(const char *, int, ...);
static int (*next_openat)(int, const char *, int, ...);
static int (*next_openat64)(int, const char *, int, ...);
static int (*next_fcntl)(int, int, ...);
static int (*next_fcntl64)(int, int, ...);
static int (*next_prctl)(int, ...);
static long (*next_syscall)(long, ...);
static void *(*next_mremap)(void *, size_t, size_t, int, ...);
static int (*next_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

#define ROW(result, name, failure, parameters, arguments) {#name, &next_##name},
#define LONE(name) {#name, &next_##name},
static const struct {
    const char *name;
    void *into;
} rows[] = {CALLS(ROW) LONE(read) LONE(pread) LONE(pread64) LONE(readv) LONE(preadv) LONE(write)
                LONE(pwrite) LONE(pwrite64) LONE(writev) LONE(recv) LONE(send) LONE(open)
                    LONE(open64) LONE(openat) LONE(openat64) LONE(fcntl) LONE(fcntl64) LONE(prctl)
                        LONE(syscall) LONE(mremap) LONE(pthread_create)};

/* Other libraries' constructors may call before ours has run. */
static void resolve(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *next = dlsym(RTLD_NEXT, rows[i].name);
        memcpy(rows[i].into, &next, sizeof next);
    }
}

/* A sanitizer calls before there is an environment to be told anything by. */
__attribute__((constructor)) static void prepare(void)
{
    resolve();
    const char *path = getenv("FAULT_COUNTS");
    int fd = path ? (int)next_syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -1;
    void *page =
        fd < 0 ? MAP_FAILED : next_mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    plan.counts = page == MAP_FAILED ? &plan.own : page;
    plan.where = getenv("FAULT_WHERE");
    plan.nth = number_of("FAULT_NTH");
    plan.permille = number_of("FAULT_PERMILLE");
    plan.seed = number_of("FAULT_SEED");
    plan.error = (int)number_of("FAULT_ERRNO");
    plan.signal = (int)number_of("FAULT_SIGNAL");
    plan.parent = getpid();
    plan.calls = getenv("FAULT_CALLS"); /* from here on calls fail */
}

#define NEXT(name) (resolve(), next_##name)

#define WRAPPER(result, name, failure, parameters, arguments)                                      \
    SHOWN result name parameters                                                                   \
    {                                                                                              \
        return fails(#name) ? failure : NEXT(name) arguments;                                      \
    }
CALLS(WRAPPER)

/* ---- reads and writes, which may also be short ---- */

#define MOVER(name, parameters, arguments)                                                         \
    SHOWN ssize_t name parameters                                                                  \
    {                                                                                              \
        return fails_or_halves(#name, &length) ? -1 : NEXT(name) arguments;                        \
    }
MOVER(read, (int fd, void *into, size_t length), (fd, into, length))
MOVER(pread, (int fd, void *into, size_t length, off_t at), (fd, into, length, at))
MOVER(pread64, (int fd, void *into, size_t length, off64_t at), (fd, into, length, at))

/* What it has to say of all this, the program may say. */
SHOWN ssize_t write(int fd, const void *from, size_t length)
{
    bool told = fd == STDERR_FILENO;
    return !told && fails_or_halves("write", &length) ? -1 : NEXT(write)(fd, from, length);
}

MOVER(pwrite, (int fd, const void *from, size_t length, off_t at), (fd, from, length, at))
MOVER(pwrite64, (int fd, const void *from, size_t length, off64_t at), (fd, from, length, at))
MOVER(recv, (int fd, void *into, size_t length, int flags), (fd, into, length, flags))
MOVER(send, (int fd, const void *from, size_t length, int flags), (fd, from, length, flags))

/* A short one ends with the first piece. */
#define VECTOR(name, parameters, arguments)                                                        \
    SHOWN ssize_t name parameters                                                                  \
    {                                                                                              \
        size_t length = (size_t)count;                                                             \
        if (fails_or_halves(#name, &length))                                                       \
            return -1;                                                                             \
        count = (int)length;                                                                       \
        return NEXT(name) arguments;                                                               \
    }
VECTOR(readv, (int fd, const struct iovec *into, int count), (fd, into, count))
VECTOR(preadv, (int fd, const struct iovec *into, int count, off_t at), (fd, into, count, at))
VECTOR(writev, (int fd, const struct iovec *from, int count), (fd, from, count))

/* ---- those with arguments that may be missing ---- */

#define TAKE_ARGUMENT(type, last)                                                                  \
    va_list more;                                                                                  \
    va_start(more, last);                                                                          \
    type argument = va_arg(more, type);                                                            \
    va_end(more)

#define OPENER(name)                                                                               \
    SHOWN int name(const char *path, int flags, ...)                                               \
    {                                                                                              \
        TAKE_ARGUMENT(unsigned, flags);                                                            \
        return fails(#name) ? -1 : NEXT(name)(path, flags, argument);                              \
    }
OPENER(open)
OPENER(open64)

#define OPENER_AT(name)                                                                            \
    SHOWN int name(int dir, const char *path, int flags, ...)                                      \
    {                                                                                              \
        TAKE_ARGUMENT(unsigned, flags);                                                            \
        return fails(#name) ? -1 : NEXT(name)(dir, path, flags, argument);                         \
    }
OPENER_AT(openat)
OPENER_AT(openat64)

/* What the above become without a mode, where _FORTIFY_SOURCE is on. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

SHOWN int __open_2(const char *path, int flags)
{
    return open(path, flags, 0);
}

SHOWN int __open64_2(const char *path, int flags)
{
    return open64(path, flags, 0);
}

SHOWN int __openat_2(int dir, const char *path, int flags)
{
    return openat(dir, path, flags, 0);
}

SHOWN int __openat64_2(int dir, const char *path, int flags)
{
    return openat64(dir, path, flags, 0);
}

#define CONTROL(name)                                                                              \
    SHOWN int name(int fd, int command, ...)                                                       \
    {                                                                                              \
        TAKE_ARGUMENT(long, command);                                                              \
        return fails(#name) ? -1 : NEXT(name)(fd, command, argument);                              \
    }
CONTROL(fcntl)
CONTROL(fcntl64)

SHOWN int prctl(int option, ...)
{
    va_list more;
    unsigned long a[4];
    va_start(more, option);
    for (size_t i = 0; i < 4; i++)
        a[i] = va_arg(more, unsigned long);
    va_end(more);
    return fails("prctl") ? -1 : NEXT(prctl)(option, a[0], a[1], a[2], a[3]);
}

SHOWN long syscall(long number, ...)
{
    va_list more;
    long a[6];
    va_start(more, number);
    for (size_t i = 0; i < 6; i++)
        a[i] = va_arg(more, long);
    va_end(more);
    const char *name = number == SYS_openat2            ? "openat2"
                       : number >= 444 && number <= 446 ? "landlock"
                       : number == SYS_io_uring_setup   ? "io_uring_setup"
                       : number == SYS_getdents64       ? "getdents64"
                                                        : NULL;
    if (name && fails(name))
        return -1;
    return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

SHOWN void *mremap(void *old, size_t from, size_t to, int flags, ...)
{
    TAKE_ARGUMENT(void *, flags);
    return fails("mremap") ? MAP_FAILED : NEXT(mremap)(old, from, to, flags, argument);
}

SHOWN int pthread_create(pthread_t *out, const pthread_attr_t *with, void *(*run)(void *),
                         void *context)
{
    return fails("pthread_create") ? EAGAIN : NEXT(pthread_create)(out, with, run, context);
}

/* ---- the heap, but not in front of a sanitizer's ---- */

#ifdef SHIM_HEAP
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

SHOWN void *malloc(size_t size)
{
    return fails("malloc") ? NULL : __libc_malloc(size);
}

SHOWN void *calloc(size_t count, size_t size)
{
    return fails("calloc") ? NULL : __libc_calloc(count, size);
}

SHOWN void *realloc(void *old, size_t size)
{
    return fails("realloc") ? NULL : __libc_realloc(old, size);
}
#endif
