/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/child.h"
#include "base/memory.h"
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

static void try_open(void)
{
    if (open("/etc/passwd", O_RDONLY) < 0)
        _exit(9);
}
static void try_create(void)
{
    if (open("/tmp/assay-sandbox", O_WRONLY | O_CREAT, 0600) < 0)
        _exit(9);
}
static void try_socket(void)
{
    if (socket(AF_INET, SOCK_STREAM, 0) < 0)
        _exit(9);
}
static void try_exec(void)
{
    char *const argv[] = {NULL};
    execve("/bin/true", argv, argv);
    _exit(9);
}
static void try_fork(void)
{
    if (fork() < 0)
        _exit(9);
}
static void try_ptrace(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(9);
}
static void try_kill(void)
{
    if (kill(getppid(), 0) < 0)
        _exit(9);
}
static void try_kill_by_thread(void)
{
    if (syscall(SYS_tgkill, 1, 1, 0) < 0)
        _exit(9);
}
static void try_executable_memory(void)
{
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        _exit(9);
}
static void try_stat(void)
{
    struct stat st;
    if (stat("/etc/passwd", &st) < 0)
        _exit(9);
}
static void try_dumpable(void)
{
    if (syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0) < 0)
        _exit(9);
}
static void try_io_uring(void)
{
    char parameters[256] = {0};
    if (syscall(SYS_io_uring_setup, 1, parameters) < 0)
        _exit(9);
}

typedef struct Attempt {
    void (*run)(void);
    SandboxProfile profile;
    const char *end; /* what the parent hears */
} Attempt;

#define REFUSED "the parser ended with status 9"
#define KILLED "the parser tried what its sandbox forbids (SIGSYS)"

static const Attempt attempts[] = {
    {try_open, SANDBOX_ARCHIVE, KILLED},
    {try_open, SANDBOX_TREE, REFUSED},
    {try_create, SANDBOX_ARCHIVE, KILLED},
    {try_create, SANDBOX_TREE, REFUSED},
    {try_socket, SANDBOX_ARCHIVE, KILLED},
    {try_socket, SANDBOX_TREE, KILLED},
    {try_exec, SANDBOX_ARCHIVE, KILLED},
    {try_exec, SANDBOX_TREE, KILLED},
    {try_fork, SANDBOX_ARCHIVE, KILLED},
    {try_fork, SANDBOX_TREE, KILLED},
    {try_ptrace, SANDBOX_ARCHIVE, KILLED},
    {try_kill, SANDBOX_ARCHIVE, KILLED},
    {try_kill_by_thread, SANDBOX_ARCHIVE, REFUSED},
    {try_executable_memory, SANDBOX_ARCHIVE, REFUSED},
    {try_stat, SANDBOX_ARCHIVE, REFUSED},
    {try_dumpable, SANDBOX_ARCHIVE, REFUSED},
    {try_io_uring, SANDBOX_TREE, KILLED},
};

static bool attempt_run(const ChildSide *side, void *context, Error *err)
{
    const Attempt *attempt = context;
    Limits limits = LIMITS_DEFAULT;
    if (!sandbox_enter(attempt->profile, &limits, side->fds, side->count, err))
        return false;
    attempt->run();
    return error_set(err, ERR_INTERNAL, "it could be done");
}

TEST(sandbox_forbids)
{
    Error err = {0};
    Arena arena CLEANUP(arena_fini) = {0};
    Fd tree CLEANUP(fd_close) = -1;
    require_filter();
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, test_folder(&arena), &tree, &err));
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        Attempt attempt = attempts[i];
        err = outcome_with(attempt_run, &attempt, &tree, attempt.profile == SANDBOX_TREE);
        if (!str_eq(error_message(&err), str_from(attempt.end)))
            fprintf(stderr, "attempt %zu: ", i);
        CHECK_STR(error_message(&err), str_from(attempt.end));
    }
}

static bool eat_memory(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    limits.memory = 256 << 20;
    close(STDERR_FILENO);
    (void)context;
    if (!sandbox_enter(SANDBOX_ARCHIVE, &limits, side->fds, side->count, err))
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
    (void)context;
    if (!sandbox_enter(SANDBOX_ARCHIVE, &limits, side->fds, side->count, err))
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

static bool honest_work(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    pthread_t thread;
    uint64_t size;
    void *joined;
    (void)context;
    if (!sandbox_enter(SANDBOX_ARCHIVE, &limits, side->fds, side->count, err))
        return false;
    if (pthread_create(&thread, NULL, thread_run, &size) != 0 ||
        pthread_join(thread, &joined) != 0 || joined != &size)
        return error_set(err, ERR_INTERNAL, "threads do not work");
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

static bool walk_tree(const ChildSide *side, void *context, Error *err)
{
    Limits limits = LIMITS_DEFAULT;
    Fd inside CLEANUP(fd_close) = -1;
    Fd outside CLEANUP(fd_close) = -1;
    (void)context;
    if (!sandbox_enter(SANDBOX_TREE, &limits, side->fds, 1, err) ||
        !fd_open_read_at(side->fds[0], STR("file"), &inside, err))
        return false;
    if (fd_open_read_at(side->fds[0], STR("../../etc/passwd"), &outside, NULL) ||
        fd_open_read_at(side->fds[0], STR("link"), &outside, NULL))
        return error_set(err, ERR_INTERNAL, "a file outside the tree could be opened");
    return true;
}

TEST(sandbox_tree_is_confined)
{
    Error err = {0};
    Arena arena CLEANUP(arena_fini) = {0};
    Fd tree CLEANUP(fd_close) = -1;
    Str folder = test_folder(&arena);
    require_filter();
    if (syscall(444, NULL, 0, 1) <= 0)
        test_skip("this kernel has no Landlock");
    REQUIRE_OK(file_write_atomic(arena_join(&arena, folder, STR("/file")), STR("x"), &err));
    CHECK(symlink("/etc/passwd", arena_c_str(&arena, arena_join(&arena, folder, STR("/link")))) ==
          0);
    REQUIRE_OK(fd_open_dir_at(AT_FDCWD, folder, &tree, &err));
    err = outcome_with(walk_tree, NULL, &tree, 1);
    CHECK_STR(error_message(&err), (Str){0});
}
