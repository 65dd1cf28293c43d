/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The filter is a row for each system call that is allowed or that kills; all others fail with
 * EPERM. It is written by hand: its rows need no library, and every one can be read here. A row
 * may look at one argument. Arguments that are pointers cannot be judged (the memory behind them
 * may change), so nothing that names a file is allowed at all: whoever needs one asks the parent. */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the sandbox knows x86_64 and aarch64"
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#endif
/* AddressSanitizer and ThreadSanitizer map terabytes and read /proc: under them neither the limit
 * on memory nor the filter is set, and the tests that need them are skipped. */
#ifdef UNDER_SANITIZER
enum { FILTERS = 0 };
#else
enum { FILTERS = 1 };
#endif

typedef enum Check {
    ALLOW,
    EQUALS,  /* allowed if the argument is one of the values */
    LACKS,   /* allowed if the argument has none of the bits */
    HAS,     /* allowed if the argument has all of the bits; kills if not */
    OWN_PID, /* allowed if the argument is this process */
    PRETEND, /* does not exist (ENOSYS): glibc then takes the older call */
    KILL,
} Check;

typedef struct Rule {
    int nr;
    uint8_t check, argument, count;
    uint32_t values[4];
} Rule;

static const Rule rules[] = {
    {SYS_read, ALLOW, 0, 0, {0}},
    {SYS_pread64, ALLOW, 0, 0, {0}},
    {SYS_readv, ALLOW, 0, 0, {0}},
    {SYS_preadv, ALLOW, 0, 0, {0}},
    {SYS_lseek, ALLOW, 0, 0, {0}},
    {SYS_write, ALLOW, 0, 0, {0}},
    {SYS_writev, ALLOW, 0, 0, {0}},
    {SYS_pwrite64, ALLOW, 0, 0, {0}},
    {SYS_ftruncate, ALLOW, 0, 0, {0}},
    {SYS_fadvise64, ALLOW, 0, 0, {0}},
    {SYS_close, ALLOW, 0, 0, {0}},
    {SYS_fstat, ALLOW, 0, 0, {0}},
    {SYS_dup, ALLOW, 0, 0, {0}},
    {SYS_fcntl, EQUALS, 1, 4, {F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL}},
    {SYS_sendmsg, ALLOW, 0, 0, {0}},
    {SYS_recvmsg, ALLOW, 0, 0, {0}},
    {SYS_sendto, ALLOW, 0, 0, {0}},
    {SYS_recvfrom, ALLOW, 0, 0, {0}},
    {SYS_ppoll, ALLOW, 0, 0, {0}},
    {SYS_mmap, LACKS, 2, 1, {PROT_EXEC}},
    {SYS_mprotect, LACKS, 2, 1, {PROT_EXEC}},
    {SYS_munmap, ALLOW, 0, 0, {0}},
    {SYS_mremap, ALLOW, 0, 0, {0}},
    {SYS_madvise, ALLOW, 0, 0, {0}},
    {SYS_brk, ALLOW, 0, 0, {0}},
    {SYS_futex, ALLOW, 0, 0, {0}},
    {SYS_clone, HAS, 0, 1, {CLONE_THREAD}},
    {SYS_clone3, PRETEND, 0, 0, {0}}, /* its flags lie behind a pointer */
    {SYS_set_robust_list, ALLOW, 0, 0, {0}},
    {SYS_rseq, ALLOW, 0, 0, {0}},
    {SYS_sched_yield, ALLOW, 0, 0, {0}},
    {SYS_sched_getaffinity, ALLOW, 0, 0, {0}},
    {SYS_sched_setaffinity, EQUALS, 0, 1, {0}},
    {SYS_getcpu, ALLOW, 0, 0, {0}},
    {SYS_clock_gettime, ALLOW, 0, 0, {0}},
    {SYS_clock_nanosleep, ALLOW, 0, 0, {0}},
    {SYS_nanosleep, ALLOW, 0, 0, {0}},
    {SYS_gettimeofday, ALLOW, 0, 0, {0}},
    {SYS_getrusage, ALLOW, 0, 0, {0}},
    {SYS_getrandom, ALLOW, 0, 0, {0}},
    {SYS_getpid, ALLOW, 0, 0, {0}},
    {SYS_gettid, ALLOW, 0, 0, {0}},
    {SYS_tgkill, OWN_PID, 0, 0, {0}}, /* abort */
    {SYS_rt_sigreturn, ALLOW, 0, 0, {0}},
    {SYS_rt_sigprocmask, ALLOW, 0, 0, {0}},
    {SYS_rt_sigaction, ALLOW, 0, 0, {0}},
    {SYS_sigaltstack, ALLOW, 0, 0, {0}},
    {SYS_restart_syscall, ALLOW, 0, 0, {0}},
    {SYS_prctl, EQUALS, 0, 2, {PR_SET_NAME, 0x53564d41 /* PR_SET_VMA */}},
    {SYS_exit, ALLOW, 0, 0, {0}},
    {SYS_exit_group, ALLOW, 0, 0, {0}},
    /* fstat of today's glibc; a path beside the flag would give metadata, never bytes */
    {SYS_newfstatat, EQUALS, 3, 1, {AT_EMPTY_PATH}},

    {SYS_openat, KILL, 0, 0, {0}},
    {SYS_openat2, KILL, 0, 0, {0}},
    {SYS_open_by_handle_at, KILL, 0, 0, {0}},
    {SYS_execve, KILL, 0, 0, {0}},
    {SYS_execveat, KILL, 0, 0, {0}},
    {SYS_ptrace, KILL, 0, 0, {0}},
    {SYS_process_vm_readv, KILL, 0, 0, {0}},
    {SYS_process_vm_writev, KILL, 0, 0, {0}},
    {SYS_pidfd_getfd, KILL, 0, 0, {0}},
    {SYS_socket, KILL, 0, 0, {0}},
    {SYS_socketpair, KILL, 0, 0, {0}},
    {SYS_connect, KILL, 0, 0, {0}},
    {SYS_bind, KILL, 0, 0, {0}},
    {SYS_listen, KILL, 0, 0, {0}},
    {SYS_accept, KILL, 0, 0, {0}},
    {SYS_accept4, KILL, 0, 0, {0}},
    {SYS_kill, KILL, 0, 0, {0}},
    {SYS_tkill, KILL, 0, 0, {0}},
    {SYS_unshare, KILL, 0, 0, {0}},
    {SYS_setns, KILL, 0, 0, {0}},
    {SYS_mount, KILL, 0, 0, {0}},
    {SYS_umount2, KILL, 0, 0, {0}},
    {SYS_pivot_root, KILL, 0, 0, {0}},
    {SYS_chroot, KILL, 0, 0, {0}},
    {SYS_bpf, KILL, 0, 0, {0}},
    {SYS_perf_event_open, KILL, 0, 0, {0}},
    {SYS_userfaultfd, KILL, 0, 0, {0}},
    {SYS_io_uring_setup, KILL, 0, 0, {0}},
    {SYS_keyctl, KILL, 0, 0, {0}},
    {SYS_add_key, KILL, 0, 0, {0}},
    {SYS_request_key, KILL, 0, 0, {0}},
    {SYS_init_module, KILL, 0, 0, {0}},
    {SYS_finit_module, KILL, 0, 0, {0}},
    {SYS_memfd_create, KILL, 0, 0, {0}},
#if defined(__x86_64__)
    {SYS_poll, ALLOW, 0, 0, {0}},
    {SYS_time, ALLOW, 0, 0, {0}},
    {SYS_open, KILL, 0, 0, {0}},
    {SYS_creat, KILL, 0, 0, {0}},
    {SYS_fork, KILL, 0, 0, {0}},
    {SYS_vfork, KILL, 0, 0, {0}},
#endif
};

/* ---- the filter ---- */

enum { FILTER_MAX = COUNT_OF(rules) * 10 + 16 };

typedef struct Filter {
    struct sock_filter code[FILTER_MAX];
    unsigned short len;
} Filter;

static void emit(Filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
    f->code[f->len++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = k};
}

static void emit_load(Filter *f, size_t offset)
{
    emit(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void emit_return(Filter *f, uint32_t verdict)
{
    emit(f, BPF_RET | BPF_K, verdict, 0, 0);
}

/* Little endian: the lower half of a 64-bit argument. */
static void emit_load_argument(Filter *f, unsigned argument)
{
    emit_load(f, offsetof(struct seccomp_data, args) + 8 * argument);
}

static void emit_verdict(Filter *f, const Rule *rule)
{
    static const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
    const Rule own = {.count = 1, .values = {rule->check == OWN_PID ? (uint32_t)getpid() : 0}};
    const Rule *values = rule->check == OWN_PID ? &own : rule;
    switch ((Check)rule->check) {
    case ALLOW:
        emit_return(f, SECCOMP_RET_ALLOW);
        break;
    case PRETEND:
        emit_return(f, SECCOMP_RET_ERRNO | ENOSYS);
        break;
    case KILL:
        emit_return(f, SECCOMP_RET_KILL_PROCESS);
        break;
    case EQUALS:
    case OWN_PID:
        emit_load_argument(f, rule->argument);
        for (unsigned i = 0; i < values->count; i++)
            emit(f, BPF_JMP | BPF_JEQ | BPF_K, values->values[i], (uint8_t)(values->count - i), 0);
        emit_return(f, refuse);
        emit_return(f, SECCOMP_RET_ALLOW);
        break;
    case LACKS:
        emit_load_argument(f, rule->argument);
        emit(f, BPF_JMP | BPF_JSET | BPF_K, rule->values[0], 0, 1);
        emit_return(f, refuse);
        emit_return(f, SECCOMP_RET_ALLOW);
        break;
    case HAS:
        emit_load_argument(f, rule->argument);
        emit(f, BPF_JMP | BPF_JSET | BPF_K, rule->values[0], 1, 0);
        emit_return(f, SECCOMP_RET_KILL_PROCESS);
        emit_return(f, SECCOMP_RET_ALLOW);
        break;
    }
}

static int rule_order(const void *a, const void *b)
{
    const Rule *x = *(const Rule *const *)a, *y = *(const Rule *const *)b;
    return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* The calls from one number on, up to the next span. */
typedef struct Span {
    uint32_t from;
    const Rule *rule; /* NULL: none, which is EPERM */
} Span;

enum { SPANS_MAX = 2 * COUNT_OF(rules) + 2 };

static bool is_same(const Rule *a, const Rule *b)
{
    return a && b && a->check == b->check && (a->check == ALLOW || a->check == KILL);
}

/* All there are, the x32 calls at their end: they have other numbers. */
static size_t spans_of(Span spans[SPANS_MAX])
{
    const Rule *rows[COUNT_OF(rules)];
    size_t count = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        rows[i] = &rules[i];
    qsort(rows, COUNT_OF(rows), sizeof *rows, rule_order);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint32_t nr = (uint32_t)rows[i]->nr;
        if (nr > next)
            spans[count++] = (Span){next, NULL};
        if (count == 0 || !is_same(spans[count - 1].rule, rows[i]))
            spans[count++] = (Span){nr, rows[i]};
        next = nr + 1;
    }
    spans[count++] = (Span){next, NULL};
    return count;
}

/* A search tree: short, since the kernel compiles it for each scan, and runs it for each system call there
 * is, to know which are always allowed. */
static void emit_spans(Filter *f, const Span *spans, size_t count)
{
    if (count == 1 && spans->rule) {
        emit_verdict(f, spans->rule);
    } else if (count == 1) {
        emit_return(f, SECCOMP_RET_ERRNO | EPERM);
    } else {
        unsigned short jump = f->len;
        emit(f, BPF_JMP | BPF_JGE | BPF_K, spans[count / 2].from, 0, 0);
        emit_spans(f, spans, count / 2);
        unsigned left = f->len - jump - 1U;
        assert(left <= UINT8_MAX);
        f->code[jump].jt = (uint8_t)left;
        emit_spans(f, spans + count / 2, count - count / 2);
    }
}

static void filter_build(Filter *f)
{
    Span spans[SPANS_MAX];
    f->len = 0;
    emit_load(f, offsetof(struct seccomp_data, arch));
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    emit_return(f, SECCOMP_RET_KILL_PROCESS);
    emit_load(f, offsetof(struct seccomp_data, nr));
    emit_spans(f, spans, spans_of(spans));
}

static bool filter_enter(Error *err)
{
    Filter filter;
    filter_build(&filter);
    struct sock_fprog program = {.len = filter.len, .filter = filter.code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0)
        return true;
    error_sys(err, "cannot enter the sandbox: seccomp");
    if (err)
        err->code = ERR_UNSUPPORTED;
    return false;
}

/* ---- Landlock ---- */

/* Of <linux/landlock.h>, by hand: the kernel may know more than the headers we are built with. */
enum { LANDLOCK_CREATE = 444, LANDLOCK_RESTRICT = 446, ASK_VERSION = 1 };

struct ruleset {
    uint64_t files, network, scopes;
};

/* What each version of Landlock can take away. */
static const struct ruleset takes[] = {
    {0x1fff, 0, 0}, {0x3fff, 0, 0}, {0x7fff, 0, 0}, {0x7fff, 3, 0}, {0xffff, 3, 0}, {0xffff, 3, 3},
};

/* The second fence: all that the kernel can take away is taken, and nothing given back. All is well
 * where the kernel has no Landlock. */
static bool landlock_enter(Error *err)
{
    long version = syscall(LANDLOCK_CREATE, NULL, 0, ASK_VERSION);
    if (version <= 0)
        return true;
    size_t known = (size_t)version < COUNT_OF(takes) ? (size_t)version : COUNT_OF(takes);
    size_t size = version < 4 ? 8 : version < 6 ? 16 : 24;
    Fd set CLEANUP(fd_close) = (Fd)syscall(LANDLOCK_CREATE, &takes[known - 1], size, 0);
    if (set < 0 || syscall(LANDLOCK_RESTRICT, set, 0) != 0)
        return error_sys(err, "cannot enter the sandbox: Landlock");
    return true;
}

/* ---- all of it ---- */

/* No limit on processes: it counts all of the user's, and the filter forbids new ones anyway. */
static bool limits_enter(const Limits *limits, Error *err)
{
    const struct {
        int which;
        rlim_t soft, hard;
        bool raise; /* a soft limit below it is a default (1,024, for select), nobody's wish */
    } rows[] = {
        {RLIMIT_CORE, 0, 0, false},
        {RLIMIT_CPU, limits->seconds, (rlim_t)limits->seconds + 5, false},
        {RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes, false},
        {RLIMIT_NOFILE, SANDBOX_FDS, SANDBOX_FDS, true},
        {RLIMIT_AS, limits->memory, limits->memory, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows) - !FILTERS; i++) {
        /* Lower ones that somebody set stay. A soft limit of time that is the hard one kills without
         * a word. */
        struct rlimit now, want = {rows[i].soft, rows[i].hard};
        if (getrlimit((__rlimit_resource_t)rows[i].which, &now) != 0)
            return error_sys(err, "cannot read a resource limit");
        want.rlim_max = want.rlim_max < now.rlim_max ? want.rlim_max : now.rlim_max;
        rlim_t most = rows[i].raise ? want.rlim_max : now.rlim_cur;
        want.rlim_cur = want.rlim_cur < most ? want.rlim_cur : most;
        if (rows[i].which == RLIMIT_CPU && want.rlim_cur == want.rlim_max && want.rlim_max > 1)
            want.rlim_cur--;
        if (setrlimit((__rlimit_resource_t)rows[i].which, &want) != 0)
            return error_sys(err, "cannot set a resource limit");
    }
    return true;
}

bool sandbox_enter(const Limits *limits, Error *err)
{
    /* One heap for all threads: when glibc shrinks another it opens a file of /proc. */
    mallopt(M_ARENA_MAX, 1);
    /* What is long goes back to the kernel at once; by itself the threshold would rise to 32 MB. */
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return error_sys(err, "cannot enter the sandbox");
    if (!limits_enter(limits, err))
        return false;
    if (!FILTERS)
        return true;
    return landlock_enter(err) && filter_enter(err);
}

bool sandbox_active(void)
{
    return FILTERS;
}
