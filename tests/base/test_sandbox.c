/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/child.h"
#include "base/memory.h"
#include "base/processors.h"
#include "base/sandbox.h"
#include "test.h"

/* Runs `run` in a child and gives what the parent was told of its end. */
static Error outcome_with(ChildRun *run, void *context, const Fd *fds, size_t count)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    bool got = true;
    if (!child_start(&child, "the parser", run, context, fds, count, &err))
        return err;
    while (got && child_receive(&child, 1 << 20, &message, &got, &err))
        continue;
    return err;
}

static Error outcome(ChildRun *run)
{
    return outcome_with(run, NULL, NULL, 0);
}

static void require_filter(void)
{
    if (!sandbox_active())
        test_skip("the sandbox is incomplete under AddressSanitizer and ThreadSanitizer");
}

/* ---- child ---- */

static bool crash(const ChildSide *side, void *context, Error *err)
{
    (void)side, (void)context, (void)err;
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return true;
}

TEST(child_crash_is_an_error)
{
    Error err = outcome(crash);
    CHECK_INT(err.code, ERR_INTERNAL);
    CHECK_STR(error_message(&err), STR("the parser died (SIGSEGV)"));
}

static bool fail(const ChildSide *side, void *context, Error *err)
{
    (void)side, (void)context;
    return error_set(err, ERR_FORMAT, "layer 3 is no tar");
}

TEST(child_error_reaches_the_parent)
{
    Error err = outcome(fail);
    CHECK_INT(err.code, ERR_FORMAT);
    CHECK_STR(error_message(&err), STR("layer 3 is no tar"));
}

static bool exhaust(const ChildSide *side, void *context, Error *err)
{
    (void)side, (void)context, (void)err;
    close(STDERR_FILENO);
    memory_exhausted(1);
}

TEST(child_out_of_memory_is_a_limit)
{
    Error err = outcome(exhaust);
    CHECK_INT(err.code, ERR_LIMIT);
    CHECK_STR(error_message(&err), STR("the parser ran out of memory"));
}

/* A child that lies about its messages. */
static bool lie(const ChildSide *side, void *context, Error *err)
{
    Str bytes = *(const Str *)context;
    (void)err;
    return send(side->socket, bytes.ptr, bytes.len, 0) == (ssize_t)bytes.len;
}

TEST(child_lies_are_refused)
{
    static const struct {
        Str bytes;
        ErrorCode code;
    } lies[] = {
        {STR_INIT("M\xff\xff\xff\xff"), ERR_LIMIT},
        {STR_INIT("M\x10\x00\x00\x00short"), ERR_INTERNAL},
        {STR_INIT("X\x00\x00\x00\x00"), ERR_INTERNAL},
        {STR_INIT("M\x01"), ERR_INTERNAL},
        {STR_INIT("E\x00\x00\x00\x00"), ERR_INTERNAL},
        {STR_INIT("E\x02\x00\x00\x00\xee!"), ERR_INTERNAL},
    };
    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        Str bytes = lies[i].bytes;
        Error err = outcome_with(lie, &bytes, NULL, 0);
        CHECK_INT(err.code, lies[i].code);
    }
}

static bool echo(const ChildSide *side, void *context, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0};
    bool got;
    (void)context;
    while (child_take(side->socket, 4 << 20, &message, &got, err) && got)
        if (!child_send(side->socket, buf_str(&message), err))
            return false;
    return true;
}

TEST(child_messages_go_both_ways)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    bool got = false;
    Arena arena CLEANUP(arena_fini) = {0};
    Str large = {arena_alloc(&arena, 3 << 20), 3 << 20};
    REQUIRE_OK(child_start(&child, "echo", echo, NULL, NULL, 0, &err));
    REQUIRE_OK(child_send(child.socket, STR("hello"), &err));
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK(got);
    CHECK_STR(buf_str(&message), STR("hello"));
    REQUIRE_OK(child_send(child.socket, large, &err));
    REQUIRE_OK(child_receive(&child, 3 << 20, &message, &got, &err));
    CHECK(str_eq(buf_str(&message), large));
    shutdown(child.socket, SHUT_WR);
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK(!got && child.pid == 0);
}

static bool linger(const ChildSide *side, void *context, Error *err)
{
    (void)context, (void)err;
    shutdown(side->socket, SHUT_RDWR);
    return pause() == 0;
}

TEST(child_that_lingers_is_killed)
{
    Error err = outcome(linger);
    CHECK_STR(error_message(&err), STR("the parser died (SIGKILL)"));
}

static bool sleep_after_a_word(const ChildSide *side, void *context, Error *err)
{
    (void)context;
    return child_send(side->socket, STR("done"), err) && pause() == 0;
}

/* As many as you like, one after the other: each is reaped when the next one goes. */
TEST(child_that_is_dismissed_is_ended)
{
    int pids[3];
    for (size_t i = 0; i < COUNT_OF(pids); i++) {
        Error err = {0};
        Child child CLEANUP(child_close) = CHILD_NONE;
        Buf message CLEANUP(buf_fini) = {0};
        bool got = false;
        REQUIRE_OK(child_start(&child, "the parser", sleep_after_a_word, NULL, NULL, 0, &err));
        REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
        pids[i] = child.pid;
        child_dismiss(&child);
        CHECK(got && child.pid == 0 && child.socket == -1);
        if (i)
            CHECK(kill(pids[i - 1], 0) != 0 && errno == ESRCH);
    }
}

static bool count_fds(const ChildSide *side, void *context, Error *err)
{
    char text[8] = {0};
    (void)context;
    for (int fd = 0; fd < 1000; fd++) {
        bool ours = fd <= STDERR_FILENO || fd == side->socket;
        for (size_t i = 0; i < side->count; i++)
            ours = ours || fd == side->fds[i];
        if (!ours && fcntl(fd, F_GETFD) >= 0)
            return error_set(err, ERR_INTERNAL, "descriptor %d is open", fd);
    }
    if (side->count != 2 || pread(side->fds[0], text, 5, 0) != 5 || memcmp(text, "first", 5) != 0 ||
        pread(side->fds[1], text, 6, 0) != 6 || memcmp(text, "second", 6) != 0)
        return error_set(err, ERR_INTERNAL, "the descriptors are not those handed over");
    return true;
}

TEST(child_holds_only_what_it_was_given)
{
    Error err = {0};
    Fd first CLEANUP(fd_close) = -1;
    Fd second CLEANUP(fd_close) = -1;
    Fd third CLEANUP(fd_close) = -1;
    REQUIRE_OK(fd_open_temporary(&second, &err));
    REQUIRE_OK(fd_open_temporary(&first, &err));
    REQUIRE_OK(fd_open_temporary(&third, &err));
    REQUIRE_OK(fd_write_all(first, STR("first"), &err));
    REQUIRE_OK(fd_write_all(second, STR("second"), &err));
    err = outcome_with(count_fds, NULL, (const Fd[]){first, second}, 2);
    CHECK_STR(error_message(&err), (Str){0});
}

/* ---- sandbox ---- */

/* Calls that no library makes for us: what the parent hears tells whether they went through. */
static long call(long nr, long a, long b, long c, long d)
{
    return syscall(nr, a, b, c, d, 0);
}

typedef struct Attempt {
    const char *what;
    long nr, arguments[4];
    const char *end; /* what the parent hears */
} Attempt;

#define REFUSED "the parser ended with status 9"
#define KILLED "the parser tried what its sandbox forbids (SIGSYS)"

static char zeros[256];
static const char passwd[] = "/etc/passwd", made[] = "/tmp/assay-sandbox", prog[] = "/bin/true";
#define AT(pointer) ((long)(pointer))

static const Attempt attempts[] = {
#if defined(__x86_64__)
    {"open", SYS_open, {AT(passwd), O_RDONLY}, KILLED},
    {"creat", SYS_creat, {AT(made), 0600}, KILLED},
    {"fork", SYS_fork, {0}, KILLED},
    {"vfork", SYS_vfork, {0}, KILLED},
#endif
    {"openat", SYS_openat, {AT_FDCWD, AT(passwd), O_RDONLY}, KILLED},
    {"openat to make", SYS_openat, {AT_FDCWD, AT(made), O_WRONLY | O_CREAT, 0600}, KILLED},
    {"openat2", SYS_openat2, {AT_FDCWD, AT(passwd), AT(zeros), 24}, KILLED},
    {"open_by_handle_at", SYS_open_by_handle_at, {AT_FDCWD, AT(zeros), O_RDONLY}, KILLED},
    {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}, KILLED},
    {"socket of its own kind", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, KILLED},
    {"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, AT(zeros)}, KILLED},
    {"connect", SYS_connect, {0, AT(zeros), 16}, KILLED},
    {"bind", SYS_bind, {0, AT(zeros), 16}, KILLED},
    {"execve", SYS_execve, {AT(prog), AT(zeros), AT(zeros)}, KILLED},
    {"execveat", SYS_execveat, {AT_FDCWD, AT(prog), AT(zeros), AT(zeros)}, KILLED},
    {"clone", SYS_clone, {SIGCHLD, 0, 0, 0}, KILLED},
    {"clone of memory", SYS_clone, {CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0}, KILLED},
    {"clone3", SYS_clone3, {AT(zeros), 88}, REFUSED},
    {"ptrace", SYS_ptrace, {PTRACE_TRACEME, 0, 0, 0}, KILLED},
    {"process_vm_readv", SYS_process_vm_readv, {1, AT(zeros), 1, AT(zeros)}, KILLED},
    {"process_vm_writev", SYS_process_vm_writev, {1, AT(zeros), 1, AT(zeros)}, KILLED},
    {"kill", SYS_kill, {1, 0}, KILLED},
    {"tkill", SYS_tkill, {1, 0}, KILLED},
    {"tgkill of another", SYS_tgkill, {1, 1, 0}, REFUSED},
    {"unshare", SYS_unshare, {CLONE_NEWUSER}, KILLED},
    {"mount", SYS_mount, {AT(passwd), AT(made), AT(zeros), 0}, KILLED},
    {"bpf", SYS_bpf, {0, AT(zeros), 100}, KILLED},
    {"io_uring_setup", SYS_io_uring_setup, {1, AT(zeros)}, KILLED},
    {"memfd_create", SYS_memfd_create, {AT(passwd), 0}, KILLED},
    {"mmap to run", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE}, REFUSED},
    {"another's processors", SYS_sched_setaffinity, {1, 8, AT(passwd)}, REFUSED},
    {"stat", SYS_newfstatat, {AT_FDCWD, AT(passwd), AT(zeros), 0}, REFUSED},
    {"statx", SYS_statx, {AT_FDCWD, AT(passwd), 0, 0xfff}, REFUSED},
    {"readlinkat", SYS_readlinkat, {AT_FDCWD, AT(passwd), AT(zeros), 9}, REFUSED},
    {"getdents64", SYS_getdents64, {0, AT(zeros), 200}, REFUSED},
    {"unlinkat", SYS_unlinkat, {AT_FDCWD, AT(made), 0}, REFUSED},
    {"chdir", SYS_chdir, {AT(made)}, REFUSED},
    {"fchmod", SYS_fchmod, {2, 0666}, REFUSED},
    {"ioctl", SYS_ioctl, {2, 0x5401, AT(zeros)}, REFUSED},
    {"prctl to be dumped", SYS_prctl, {PR_SET_DUMPABLE, 1, 0, 0}, REFUSED},
    {"setrlimit", SYS_prlimit64, {0, RLIMIT_AS, AT(zeros), 0}, REFUSED},
    {"a call of tomorrow", 9999, {0}, REFUSED},
};

static bool attempt_run(const ChildSide *side, void *context, Error *err)
{
    const Attempt *attempt = context;
    const long *a = attempt->arguments;
    Limits limits = LIMITS_DEFAULT;
    (void)side;
    if (!sandbox_enter(&limits, err))
        return false;
    if (call(attempt->nr, a[0], a[1], a[2], a[3]) < 0)
        _exit(9);
    return error_set(err, ERR_INTERNAL, "it could be done");
}

TEST(sandbox_forbids)
{
    require_filter();
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        Attempt attempt = attempts[i];
        Error err = outcome_with(attempt_run, &attempt, NULL, 0);
        if (!str_eq(error_message(&err), str_from(attempt.end)))
            fprintf(stderr, "%s: ", attempt.what);
        CHECK_STR(error_message(&err), str_from(attempt.end));
    }
}

static bool eat_memory(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    limits.memory = 256 << 20;
    close(STDERR_FILENO);
    (void)side, (void)context;
    if (!sandbox_enter(&limits, err))
        return false;
    Arena arena = {0};
    for (int i = 0; i < 300; i++)
        arena_alloc(&arena, 1 << 20);
    return true;
}

TEST(sandbox_memory_limit_holds)
{
    require_filter();
    Error err = outcome(eat_memory);
    CHECK_STR(error_message(&err), STR("the parser ran out of memory"));
    CHECK_INT(err.code, ERR_LIMIT);
}

static bool eat_time(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    limits.seconds = 1;
    (void)side, (void)context;
    if (!sandbox_enter(&limits, err))
        return false;
    for (volatile uint64_t i = 0; i < UINT64_MAX; i++)
        continue;
    return true;
}

TEST(sandbox_time_limit_holds)
{
    Error err = outcome(eat_time);
    CHECK_STR(error_message(&err), STR("the parser ran out of processor time"));
    CHECK_INT(err.code, ERR_LIMIT);
}

static void *thread_run(void *context)
{
    Arena arena CLEANUP(arena_fini) = {0};
    arena_alloc(&arena, 5 << 20);
    return context;
}

static bool leaves_processor(void)
{
    size_t before = processor_count();
    int left = processor_current();
    processor_avoid(left);
    return left >= 0 && processor_count() == (before > 1 ? before - 1 : 1) &&
           (before == 1 || processor_current() != left);
}

static bool honest_work(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    pthread_t thread;
    uint64_t size;
    void *joined;
    (void)context;
    if (!sandbox_enter(&limits, err))
        return false;
    if (pthread_create(&thread, NULL, thread_run, &size) != 0 ||
        pthread_join(thread, &joined) != 0 || joined != &size)
        return error_set(err, ERR_INTERNAL, "threads do not work");
    if (!leaves_processor())
        return error_set(err, ERR_INTERNAL, "a thread cannot choose its processor");
    Mapping mapping CLEANUP(mapping_close) = {0};
    return fd_size(side->fds[0], &size, err) && size == 7 &&
           mapping_open(side->fds[0], STR("file"), &mapping, err) &&
           child_send(side->socket, mapping.bytes, err) &&
           fd_write_all(side->fds[0], STR("more"), err);
}

TEST(sandbox_lets_work_be_done)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    Fd file CLEANUP(fd_close) = -1;
    bool got = false;
    REQUIRE_OK(fd_open_temporary(&file, &err));
    REQUIRE_OK(fd_write_all(file, STR("content"), &err));
    REQUIRE_OK(child_start(&child, "the parser", honest_work, NULL, &file, 1, &err));
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK_STR(buf_str(&message), STR("content"));
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK(!got);
}

/* What is handed over later than the sandbox can be read, and nothing else of it. */
static bool read_handed(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    Buf message CLEANUP(buf_fini) = {0};
    Fd fds[MESSAGE_FDS];
    size_t count = 0, read = 0;
    char text[16];
    bool got;
    (void)context;
    if (!sandbox_enter(&limits, err) ||
        !child_take_fds(side->socket, 100, &message, fds, &count, &got, err))
        return false;
    if (count != MESSAGE_FDS || !str_eq(buf_str(&message), STR("here")))
        return error_set(err, ERR_INTERNAL, "%zu descriptors came", count);
    for (size_t i = 0; i < count; i++)
        if (!fd_pread(fds[i], text, sizeof text, 0, &read, err) || read != 7)
            return error_set(err, ERR_INTERNAL, "descriptor %zu is another", i);
    return true;
}

TEST(sandbox_takes_descriptors)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    Fd file CLEANUP(fd_close) = -1, fds[MESSAGE_FDS];
    bool got = true;
    REQUIRE_OK(fd_open_temporary(&file, &err));
    REQUIRE_OK(fd_write_all(file, STR("content"), &err));
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        fds[i] = file;
    REQUIRE_OK(child_start(&child, "the parser", read_handed, NULL, NULL, 0, &err));
    REQUIRE_OK(child_send_fds(child.socket, STR("here"), fds, COUNT_OF(fds), &err));
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK(!got);
}

/* More than the usual soft limit, all of them open at once. */
enum { MANY = 20 };

static bool hold_many(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    Buf message CLEANUP(buf_fini) = {0};
    Fd fds[MESSAGE_FDS];
    size_t count = 0, all = 0;
    bool got;
    (void)context;
    if (!sandbox_enter(&limits, err))
        return false;
    for (size_t i = 0; i < MANY; i++, all += count)
        if (!child_take_fds(side->socket, 100, &message, fds, &count, &got, err))
            return false;
    return all == MANY * MESSAGE_FDS || error_set(err, ERR_INTERNAL, "%zu descriptors came", all);
}

TEST(sandbox_holds_what_all_readers_are_sent)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    Fd file CLEANUP(fd_close) = -1, fds[MESSAGE_FDS];
    bool got = true;
    struct rlimit usual;
    if (getrlimit(RLIMIT_NOFILE, &usual) != 0 || usual.rlim_max < SANDBOX_FDS)
        test_skip("the hard limit of descriptors is lower here");
    usual.rlim_cur = 1024;
    CHECK(setrlimit(RLIMIT_NOFILE, &usual) == 0);
    REQUIRE_OK(fd_open_temporary(&file, &err));
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        fds[i] = file;
    REQUIRE_OK(child_start(&child, "the parser", hold_many, NULL, NULL, 0, &err));
    for (size_t i = 0; i < MANY; i++)
        REQUIRE_OK(child_send_fds(child.socket, STR("here"), fds, COUNT_OF(fds), &err));
    REQUIRE_OK(child_receive(&child, 100, &message, &got, &err));
    CHECK(!got);
}

static bool sleep_on(const ChildSide *side, void *context, Error *err)
{
    (void)side, (void)context, (void)err;
    return pause() == 0;
}

TEST(child_that_sleeps_is_ended)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Buf message CLEANUP(buf_fini) = {0};
    bool got = true;
    REQUIRE_OK(child_start(&child, "the parser", sleep_on, NULL, NULL, 0, &err));
    REQUIRE_OK(child_patience(&child, 1, &err));
    CHECK(!child_receive(&child, 100, &message, &got, &err));
    CHECK_STR(error_message(&err), STR("the parser ran out of time"));
    CHECK(child.starved && child.pid == 0);
}

/* The kernel lets an ordinary user have only so many descriptors on their way, and says so at once
 * instead of letting the sender wait. */
TEST(child_that_takes_no_descriptors_is_not_waited_for)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    Fd file CLEANUP(fd_close) = -1, fds[MESSAGE_FDS];
    const struct rlimit few = {16, 16};
    const struct timeval second = {.tv_sec = 1};
    size_t sent = 0;
    REQUIRE_OK(fd_open_temporary(&file, &err));
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        fds[i] = file;
    if (setrlimit(RLIMIT_NOFILE, &few) != 0 || (geteuid() == 0 && setuid(65534) != 0))
        test_skip("cannot become an ordinary user");
    REQUIRE_OK(child_start(&child, "the parser", sleep_on, NULL, NULL, 0, &err));
    CHECK(setsockopt(child.socket, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second) == 0);
    alarm(30);
    while (sent < 3 && child_send_fds(child.socket, STR("here"), fds, COUNT_OF(fds), &err))
        sent++;
    alarm(0);
    if (sent == 3)
        test_skip("this kernel lets any number be on their way");
    CHECK_INT(err.code, ERR_INTERNAL);
    CHECK_STR(error_message(&err), STR("what was asked for is not taken"));
}

static bool die_unread(const ChildSide *side, void *context, Error *err)
{
    const struct timespec moment = {.tv_nsec = 300000000};
    (void)side, (void)context, (void)err;
    nanosleep(&moment, NULL);
    return raise(SIGKILL) == 0;
}

/* Whoever waits for room in it hears what all others hear. */
TEST(child_that_dies_unread_is_gone)
{
    Error err = {0};
    Child child CLEANUP(child_close) = CHILD_NONE;
    REQUIRE_OK(child_start(&child, "the parser", die_unread, NULL, NULL, 0, &err));
    while (child_send(child.socket, STR("short, so that none is sent in part"), &err))
        continue;
    CHECK_INT(err.sys, EPIPE);
}

/* ---- beneath ---- */

typedef struct BeneathFact {
    const char *path;
    BeneathLinks links;
    BeneathFile what;
} BeneathFact;

static void beneath_check(const BeneathFact *facts, size_t count)
{
    static const char *const links[][2] = {
        {"d/file", "in"},           {"/d/file", "rooted"}, {"d", "folder"}, {"/etc/passwd", "out"},
        {"/proc/self/exe", "proc"}, {"../../../..", "up"}, {"loop", "loop"}};
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Fd dir CLEANUP(fd_close) = -1;
    Str folder = test_folder(&arena);
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, folder, &dir, &err));
    CHECK(mkdirat(dir, "d", 0755) == 0 && mkfifoat(dir, "pipe", 0600) == 0);
    REQUIRE_OK(file_write_atomic(arena_join(&arena, folder, STR("/d/file")), STR("x"), &err));
    for (size_t i = 0; i < COUNT_OF(links); i++)
        CHECK(symlinkat(links[i][0], dir, links[i][1]) == 0);
    for (size_t i = 0; i < count; i++) {
        Fd fd CLEANUP(fd_close) = -1;
        BeneathFile what = beneath_open_file(dir, facts[i].path, facts[i].links, &fd);
        if (what != facts[i].what)
            fprintf(stderr, "%s: ", facts[i].path);
        CHECK_INT(what, facts[i].what);
        CHECK_INT(fd >= 0, what == BENEATH_FILE);
    }
}

TEST(beneath_nothing_leads_out)
{
    static const BeneathFact facts[] = {
        {"d/file", BENEATH_NO_LINKS, BENEATH_FILE},
        {"d/file", BENEATH_INSIDE_LINKS, BENEATH_FILE},
        {"d//file", BENEATH_NO_LINKS, BENEATH_FILE},
        {"in", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"in", BENEATH_INSIDE_LINKS, BENEATH_FILE},
        {"rooted", BENEATH_INSIDE_LINKS, BENEATH_FILE}, /* to /d/file: inside */
        {"folder/file", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"out", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"out", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"proc", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"up/etc/passwd", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"../etc/passwd", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"/etc/passwd", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"/etc/passwd", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"d", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"pipe", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"loop", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
    };
    beneath_check(facts, COUNT_OF(facts));
}

/* As a kernel before 5.6, or a container whose filter does not know the call. */
TEST(beneath_without_openat2)
{
    static const BeneathFact facts[] = {
        {"d/file", BENEATH_NO_LINKS, BENEATH_FILE},
        {"d//file", BENEATH_NO_LINKS, BENEATH_FILE},
        {"d/file", BENEATH_INSIDE_LINKS, BENEATH_FILE},
        {"in", BENEATH_INSIDE_LINKS, BENEATH_ABSENT}, /* safe, and poorer */
        {"folder/file", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"folder/file", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"out", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"up/etc/passwd", BENEATH_INSIDE_LINKS, BENEATH_ABSENT},
        {"../etc/passwd", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"d/../../etc/passwd", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"/etc/passwd", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"d", BENEATH_NO_LINKS, BENEATH_ABSENT},
        {"pipe", BENEATH_NO_LINKS, BENEATH_ABSENT},
    };
    struct sock_filter code[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0}, /* the number */
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_openat2},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const struct sock_fprog program = {COUNT_OF(code), code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
        test_skip("no seccomp here");
    beneath_check(facts, COUNT_OF(facts));
}
