/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The filter is a row for each system call that is allowed or that kills; all others fail with
 * EPERM. It is written by hand: forty rows need no library, and every row can be read here. A row
 * may look at one argument. Arguments that are pointers cannot be judged (the memory behind them
 * may change), so what names a file is for TREE alone, where Landlock judges the path. */

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

enum { ANY = 1 << SANDBOX_ARCHIVE | 1 << SANDBOX_TREE, TREE = 1 << SANDBOX_TREE };

typedef enum Check {
    ALLOW,
    EQUALS,     /* allowed if the argument is one of the values */
    LACKS,      /* allowed if the argument has none of the bits */
    HAS,        /* allowed if the argument has all of the bits; kills if not */
    OWN_PID,    /* allowed if the argument is this process */
    LANDLOCKED, /* allowed if Landlock holds */
    PRETEND,    /* does not exist (ENOSYS): glibc then takes the older call */
    KILL,
} Check;

typedef struct Rule {
    int nr;
    uint8_t profiles, check, argument, count;
    uint32_t values[4];
} Rule;

enum { WRITES = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND };

/* A call may have two rows, one a profile. */
static const Rule rules[] = {
    {SYS_read, ANY, ALLOW, 0, 0, {0}},
    {SYS_pread64, ANY, ALLOW, 0, 0, {0}},
    {SYS_readv, ANY, ALLOW, 0, 0, {0}},
    {SYS_preadv, ANY, ALLOW, 0, 0, {0}},
    {SYS_lseek, ANY, ALLOW, 0, 0, {0}},
    {SYS_write, ANY, ALLOW, 0, 0, {0}},
    {SYS_writev, ANY, ALLOW, 0, 0, {0}},
    {SYS_pwrite64, ANY, ALLOW, 0, 0, {0}},
    {SYS_ftruncate, ANY, ALLOW, 0, 0, {0}},
    {SYS_fadvise64, ANY, ALLOW, 0, 0, {0}},
    {SYS_close, ANY, ALLOW, 0, 0, {0}},
    {SYS_fstat, ANY, ALLOW, 0, 0, {0}},
    {SYS_dup, ANY, ALLOW, 0, 0, {0}},
    {SYS_fcntl, ANY, EQUALS, 1, 4, {F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL}},
    {SYS_sendmsg, ANY, ALLOW, 0, 0, {0}},
    {SYS_recvmsg, ANY, ALLOW, 0, 0, {0}},
    {SYS_sendto, ANY, ALLOW, 0, 0, {0}},
    {SYS_recvfrom, ANY, ALLOW, 0, 0, {0}},
    {SYS_ppoll, ANY, ALLOW, 0, 0, {0}},
    {SYS_mmap, ANY, LACKS, 2, 1, {PROT_EXEC}},
    {SYS_mprotect, ANY, LACKS, 2, 1, {PROT_EXEC}},
    {SYS_munmap, ANY, ALLOW, 0, 0, {0}},
    {SYS_mremap, ANY, ALLOW, 0, 0, {0}},
    {SYS_madvise, ANY, ALLOW, 0, 0, {0}},
    {SYS_brk, ANY, ALLOW, 0, 0, {0}},
    {SYS_futex, ANY, ALLOW, 0, 0, {0}},
    {SYS_clone, ANY, HAS, 0, 1, {CLONE_THREAD}},
    {SYS_clone3, ANY, PRETEND, 0, 0, {0}}, /* its flags lie behind a pointer */
    {SYS_set_robust_list, ANY, ALLOW, 0, 0, {0}},
    {SYS_rseq, ANY, ALLOW, 0, 0, {0}},
    {SYS_sched_yield, ANY, ALLOW, 0, 0, {0}},
    {SYS_sched_getaffinity, ANY, ALLOW, 0, 0, {0}},
    {SYS_clock_gettime, ANY, ALLOW, 0, 0, {0}},
    {SYS_clock_nanosleep, ANY, ALLOW, 0, 0, {0}},
    {SYS_nanosleep, ANY, ALLOW, 0, 0, {0}},
    {SYS_gettimeofday, ANY, ALLOW, 0, 0, {0}},
    {SYS_getrusage, ANY, ALLOW, 0, 0, {0}},
    {SYS_getrandom, ANY, ALLOW, 0, 0, {0}},
    {SYS_getpid, ANY, ALLOW, 0, 0, {0}},
    {SYS_gettid, ANY, ALLOW, 0, 0, {0}},
    {SYS_tgkill, ANY, OWN_PID, 0, 0, {0}}, /* abort */
    {SYS_rt_sigreturn, ANY, ALLOW, 0, 0, {0}},
    {SYS_rt_sigprocmask, ANY, ALLOW, 0, 0, {0}},
    {SYS_rt_sigaction, ANY, ALLOW, 0, 0, {0}},
    {SYS_sigaltstack, ANY, ALLOW, 0, 0, {0}},
    {SYS_restart_syscall, ANY, ALLOW, 0, 0, {0}},
    {SYS_prctl, ANY, EQUALS, 0, 2, {PR_SET_NAME, 0x53564d41 /* PR_SET_VMA */}},
    {SYS_exit, ANY, ALLOW, 0, 0, {0}},
    {SYS_exit_group, ANY, ALLOW, 0, 0, {0}},
    /* fstat of today's glibc; a path beside the flag would give metadata, never bytes */
    {SYS_newfstatat, 1 << SANDBOX_ARCHIVE, EQUALS, 3, 1, {AT_EMPTY_PATH}},

    {SYS_newfstatat, TREE, ALLOW, 0, 0, {0}},
    {SYS_statx, TREE, ALLOW, 0, 0, {0}},
    {SYS_openat, TREE, LACKS, 2, 1, {WRITES}},
    {SYS_openat2, TREE, LANDLOCKED, 0, 0, {0}},
    {SYS_fstatfs, TREE, ALLOW, 0, 0, {0}},
    {SYS_getdents64, TREE, ALLOW, 0, 0, {0}},
    {SYS_readlinkat, TREE, ALLOW, 0, 0, {0}},
    {SYS_getxattr, TREE, ALLOW, 0, 0, {0}},
    {SYS_lgetxattr, TREE, ALLOW, 0, 0, {0}},
    {SYS_fgetxattr, TREE, ALLOW, 0, 0, {0}},
    {SYS_flistxattr, TREE, ALLOW, 0, 0, {0}},

    {SYS_openat, 1 << SANDBOX_ARCHIVE, KILL, 0, 0, {0}},
    {SYS_openat2, 1 << SANDBOX_ARCHIVE, KILL, 0, 0, {0}},
    {SYS_open_by_handle_at, ANY, KILL, 0, 0, {0}},
    {SYS_execve, ANY, KILL, 0, 0, {0}},
    {SYS_execveat, ANY, KILL, 0, 0, {0}},
    {SYS_ptrace, ANY, KILL, 0, 0, {0}},
    {SYS_process_vm_readv, ANY, KILL, 0, 0, {0}},
    {SYS_process_vm_writev, ANY, KILL, 0, 0, {0}},
    {SYS_pidfd_getfd, ANY, KILL, 0, 0, {0}},
    {SYS_socket, ANY, KILL, 0, 0, {0}},
    {SYS_socketpair, ANY, KILL, 0, 0, {0}},
    {SYS_connect, ANY, KILL, 0, 0, {0}},
    {SYS_bind, ANY, KILL, 0, 0, {0}},
    {SYS_listen, ANY, KILL, 0, 0, {0}},
    {SYS_accept, ANY, KILL, 0, 0, {0}},
    {SYS_accept4, ANY, KILL, 0, 0, {0}},
    {SYS_kill, ANY, KILL, 0, 0, {0}},
    {SYS_tkill, ANY, KILL, 0, 0, {0}},
    {SYS_unshare, ANY, KILL, 0, 0, {0}},
    {SYS_setns, ANY, KILL, 0, 0, {0}},
    {SYS_mount, ANY, KILL, 0, 0, {0}},
    {SYS_umount2, ANY, KILL, 0, 0, {0}},
    {SYS_pivot_root, ANY, KILL, 0, 0, {0}},
    {SYS_chroot, ANY, KILL, 0, 0, {0}},
    {SYS_bpf, ANY, KILL, 0, 0, {0}},
    {SYS_perf_event_open, ANY, KILL, 0, 0, {0}},
    {SYS_userfaultfd, ANY, KILL, 0, 0, {0}},
    {SYS_io_uring_setup, ANY, KILL, 0, 0, {0}},
    {SYS_keyctl, ANY, KILL, 0, 0, {0}},
    {SYS_add_key, ANY, KILL, 0, 0, {0}},
    {SYS_request_key, ANY, KILL, 0, 0, {0}},
    {SYS_init_module, ANY, KILL, 0, 0, {0}},
    {SYS_finit_module, ANY, KILL, 0, 0, {0}},
    {SYS_memfd_create, ANY, KILL, 0, 0, {0}},
#if defined(__x86_64__)
    {SYS_poll, ANY, ALLOW, 0, 0, {0}},
    {SYS_time, ANY, ALLOW, 0, 0, {0}},
    {SYS_readlink, TREE, ALLOW, 0, 0, {0}},
    {SYS_open, TREE, LACKS, 1, 1, {WRITES}},
    {SYS_open, 1 << SANDBOX_ARCHIVE, KILL, 0, 0, {0}},
    {SYS_creat, ANY, KILL, 0, 0, {0}},
    {SYS_fork, ANY, KILL, 0, 0, {0}},
    {SYS_vfork, ANY, KILL, 0, 0, {0}},
#endif
};

/* ---- the filter ---- */

enum { FILTER_MAX = COUNT_OF(rules) * 8 + 16 };

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

static void emit_verdict(Filter *f, const Rule *rule, bool landlocked)
{
    static const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
    const Rule own = {.count = 1, .values = {(uint32_t)getpid()}};
    const Rule *values = rule->check == OWN_PID ? &own : rule;
    switch ((Check)rule->check) {
    case ALLOW:
        emit_return(f, SECCOMP_RET_ALLOW);
        break;
    case LANDLOCKED:
        emit_return(f, landlocked ? SECCOMP_RET_ALLOW : refuse);
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

static void filter_build(Filter *f, SandboxProfile profile, bool landlocked)
{
    f->len = 0;
    emit_load(f, offsetof(struct seccomp_data, arch));
    emit(f, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    emit_return(f, SECCOMP_RET_KILL_PROCESS);
    emit_load(f, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        const Rule *rule = &rules[i];
        if (!(rule->profiles >> profile & 1))
            continue;
        unsigned short jump = f->len;
        emit(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->nr, 0, 0);
        emit_verdict(f, rule, landlocked);
        f->code[jump].jf = (uint8_t)(f->len - jump - 1);
    }
    emit_return(f,
                SECCOMP_RET_ERRNO | EPERM); /* the x32 calls, whose numbers are others, as well */
}

static bool filter_enter(SandboxProfile profile, bool landlocked, Error *err)
{
    Filter filter;
    filter_build(&filter, profile, landlocked);
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
enum { LANDLOCK_CREATE = 444, LANDLOCK_ADD = 445, LANDLOCK_RESTRICT = 446 };
enum { ASK_VERSION = 1, RULE_BENEATH = 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3 };

struct ruleset {
    uint64_t files, network, scopes;
};
struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* What each version of Landlock can take away. */
static const struct ruleset takes[] = {
    {0x1fff, 0, 0}, {0x3fff, 0, 0}, {0x7fff, 0, 0}, {0x7fff, 3, 0}, {0xffff, 3, 0}, {0xffff, 3, 3},
};

/* *held is false, and all is well, where the kernel has no Landlock. */
static bool landlock_enter(SandboxProfile profile, const Fd *trees, size_t count, bool *held,
                           Error *err)
{
    long version = syscall(LANDLOCK_CREATE, NULL, 0, ASK_VERSION);
    *held = version > 0;
    if (!*held)
        return true;
    size_t known = (size_t)version < COUNT_OF(takes) ? (size_t)version : COUNT_OF(takes);
    size_t size = version < 4 ? 8 : version < 6 ? 16 : 24;
    Fd set CLEANUP(fd_close) = (Fd)syscall(LANDLOCK_CREATE, &takes[known - 1], size, 0);
    if (set < 0)
        return error_sys(err, "cannot enter the sandbox: Landlock");
    for (size_t i = 0; profile == SANDBOX_TREE && i < count; i++) {
        struct beneath rule = {READ_FILE | READ_DIR, trees[i]};
        if (syscall(LANDLOCK_ADD, set, RULE_BENEATH, &rule, 0) != 0)
            return error_sys(err, "cannot enter the sandbox: Landlock");
    }
    if (syscall(LANDLOCK_RESTRICT, set, 0) != 0)
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
    } rows[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_CPU, limits->seconds, (rlim_t)limits->seconds + 5},
        {RLIMIT_FSIZE, limits->file_bytes, limits->file_bytes},
        {RLIMIT_NOFILE, 1024, 1024},
        {RLIMIT_AS, limits->memory, limits->memory},
    };
    for (size_t i = 0; i < COUNT_OF(rows) - !FILTERS; i++) {
        struct rlimit now, want = {rows[i].soft, rows[i].hard};
        if (getrlimit((__rlimit_resource_t)rows[i].which, &now) != 0)
            return error_sys(err, "cannot read a resource limit");
        want.rlim_max = want.rlim_max < now.rlim_max ? want.rlim_max : now.rlim_max;
        want.rlim_cur = want.rlim_cur < want.rlim_max ? want.rlim_cur : want.rlim_max;
        if (setrlimit((__rlimit_resource_t)rows[i].which, &want) != 0)
            return error_sys(err, "cannot set a resource limit");
    }
    return true;
}

bool sandbox_enter(SandboxProfile profile, const Limits *limits, const Fd *trees, size_t count,
                   Error *err)
{
    bool landlocked = false;
    /* One heap for all threads: when glibc shrinks another it opens a file of /proc. */
    mallopt(M_ARENA_MAX, 1);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return error_sys(err, "cannot enter the sandbox");
    if (!limits_enter(limits, err))
        return false;
    if (!FILTERS)
        return true;
    return landlock_enter(profile, trees, count, &landlocked, err) &&
           filter_enter(profile, landlocked, err);
}

bool sandbox_active(void)
{
    return FILTERS;
}
