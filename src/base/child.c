/* SPDX-License-Identifier: Apache-2.0 */
#include "base/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/reader.h"

/* A message is a kind, a length (4 bytes, little endian) and that many bytes. */
enum Kind { END, TRUNCATED, SILENT, MESSAGE = 'M', FAILURE = 'E' };
enum { HEADER = 5, FIRST_FD = 4, FAILURE_LIMIT = 1024, GRACE_MS = 5000, DEAF_SECONDS = 120 };
enum { NAPS_A_SECOND = 2000 }; /* of one who may not wait */

/* The exit codes of a child; 1 is memory_exhausted's. */
enum { EXIT_GOOD = 0, EXIT_MEMORY = 1, EXIT_FAILED = 2 };

/* What recvmsg and sendmsg want beside the bytes: room for descriptors. */
typedef union Control {
    char bytes[CMSG_SPACE(sizeof(Fd) * MESSAGE_FDS)];
    struct cmsghdr align;
} Control;

/* For how many naps a sender waits that the kernel does not let wait: as long as where it does. */
static uint64_t naps_allowed(Fd socket)
{
    struct timeval patience = {0};
    socklen_t len = sizeof patience;
    if (getsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, &len) != 0 || patience.tv_sec <= 0)
        patience.tv_sec = DEAF_SECONDS;
    return (uint64_t)patience.tv_sec * NAPS_A_SECOND;
}

/* Too many descriptors of this user are on their way (ETOOMANYREFS): others take theirs soon. But
 * they may be this receiver's, and it may never take them. */
static bool send_may_wait(Fd socket, int why, uint64_t *naps)
{
    const struct timespec moment = {.tv_nsec = 1000000000 / NAPS_A_SECOND};
    if (why != ETOOMANYREFS)
        return why == EINTR;
    if (++*naps > naps_allowed(socket)) {
        errno = EAGAIN;
        return false;
    }
    nanosleep(&moment, NULL);
    return true;
}

/* A receiver that dies while there is something it has not read resets the connection: to whoever
 * waits for room in it that is ECONNRESET, to the next EPIPE. The caller hears of one. */
static bool send_failed(Error *err)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return error_set(err, ERR_INTERNAL, "what was asked for is not taken");
    if (errno == ECONNRESET)
        errno = EPIPE;
    return error_sys(err, "cannot send a message");
}

/* The descriptors go with the first byte. */
static bool send_all(Fd socket, struct iovec parts[2], const Fd *fds, size_t count, Error *err)
{
    Control control;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    uint64_t naps = 0;
    if (count) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof *fds * count);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        *head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof *fds * count),
                                 .cmsg_level = SOL_SOCKET,
                                 .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(head), fds, sizeof *fds * count);
    }
    while (parts[0].iov_len + parts[1].iov_len) {
        ssize_t put = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (put < 0 && send_may_wait(socket, errno, &naps))
            continue;
        if (put < 0)
            return send_failed(err);
        message.msg_control = NULL;
        message.msg_controllen = 0;
        for (size_t i = 0; i < 2; i++) {
            size_t done = (size_t)put < parts[i].iov_len ? (size_t)put : parts[i].iov_len;
            parts[i].iov_base = (char *)parts[i].iov_base + done;
            parts[i].iov_len -= done;
            put -= (ssize_t)done;
        }
    }
    return true;
}

static bool send_kind(Fd socket, enum Kind kind, Str message, const Fd *fds, size_t count,
                      Error *err)
{
    union { /* iovec knows no const */
        const char *in;
        void *out;
    } body = {.in = message.ptr};
    Buf header CLEANUP(buf_fini) = {0};
    if (message.len > UINT32_MAX)
        return error_set(err, ERR_LIMIT, "a message of %zu bytes is too long", message.len);
    buf_u8(&header, (uint8_t)kind);
    buf_u32le(&header, (uint32_t)message.len);
    struct iovec parts[2] = {{header.ptr, header.len}, {body.out, message.len}};
    return send_all(socket, parts, fds, count, err);
}

bool child_send(Fd socket, Str message, Error *err)
{
    return send_kind(socket, MESSAGE, message, NULL, 0, err);
}

bool child_send_fds(Fd socket, Str message, const Fd *fds, size_t count, Error *err)
{
    assert(count <= MESSAGE_FDS);
    return send_kind(socket, MESSAGE, message, fds, count, err);
}

/* Room for the descriptors of one message. */
typedef struct FdRoom {
    Fd *fds;
    size_t cap, count;
} FdRoom;

/* What does not fit, or was not asked for, is closed. */
static void fds_keep(FdRoom *room, struct msghdr *message)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    for (; head; head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(Fd);
        for (size_t i = 0; i < count; i++) {
            Fd fd;
            memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
            if (room && room->count < room->cap)
                room->fds[room->count++] = fd;
            else
                fd_close(&fd);
        }
    }
}

static ssize_t take_some(Fd socket, char *into, size_t len, FdRoom *room)
{
    Control control;
    struct iovec part = {into, len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (!room) /* descriptors that nobody wants the kernel closes */
        return recv(socket, into, len, 0);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got > 0)
        fds_keep(room, &message);
    return got;
}

/* Until `len` bytes or the end; *got is what came. */
static bool take_all(Fd socket, char *into, size_t len, FdRoom *room, size_t *got, Error *err)
{
    for (*got = 0; *got < len;) {
        ssize_t n = take_some(socket, into + *got, len - *got, room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != ECONNRESET)
            return error_sys(err, "cannot receive a message");
        if (n <= 0)
            break;
        *got += (size_t)n;
    }
    return true;
}

/* The buffer grows with what arrives, not with what is promised. */
static bool take_kind(Fd socket, uint64_t limit, Buf *into, FdRoom *room, enum Kind *kind,
                      Error *err)
{
    enum { STEP = 1 << 20 };
    char header[HEADER];
    size_t got;
    *kind = END;
    buf_clear(into);
    if (!take_all(socket, header, HEADER, room, &got, err)) {
        *kind = SILENT;
        return errno == EAGAIN || errno == EWOULDBLOCK;
    }
    if (got == 0)
        return true;
    Reader r = reader_of(str_of(header, got));
    unsigned first = reader_u8(&r);
    size_t left = reader_u32le(&r);
    *kind = TRUNCATED;
    if (!reader_ok(&r))
        return true;
    if (first != MESSAGE && first != FAILURE)
        return error_set(err, ERR_INTERNAL, "a malformed message");
    if (left > limit)
        return error_set(err, ERR_LIMIT, "a message of %zu bytes; the limit is %llu", left,
                         (unsigned long long)limit);
    while (left) {
        size_t step = left < STEP ? left : STEP;
        if (!take_all(socket, buf_reserve(into, step), step, NULL, &got, err))
            return false;
        into->len += got;
        left -= got;
        if (got < step)
            return true;
    }
    *kind = (enum Kind)first;
    return true;
}

static bool take_message(Fd socket, uint64_t limit, Buf *into, FdRoom *room, bool *got, Error *err)
{
    enum Kind kind;
    if (!take_kind(socket, limit, into, room, &kind, err))
        return false;
    if (kind == TRUNCATED || kind == SILENT)
        return error_set(err, ERR_INTERNAL, "a message ends early");
    *got = kind == MESSAGE;
    return true;
}

bool child_take(Fd socket, uint64_t limit, Buf *into, bool *got, Error *err)
{
    return take_message(socket, limit, into, NULL, got, err);
}

bool child_take_fds(Fd socket, uint64_t limit, Buf *into, Fd *fds, size_t *count, bool *got,
                    Error *err)
{
    FdRoom room = {.fds = fds, .cap = MESSAGE_FDS};
    bool ok = take_message(socket, limit, into, &room, got, err);
    *count = room.count;
    return ok;
}

/* ---- in the child ---- */

/* Standard input and output become /dev/null, the socket FIRST_FD - 1, the descriptors follow;
 * everything else is closed. */
static bool descriptors_settle(Fd socket, const Fd *fds, size_t count, Fd *settled, Error *err)
{
    int spare[CHILD_FDS + 1], floor = FIRST_FD + CHILD_FDS;
    spare[0] = fcntl(socket, F_DUPFD_CLOEXEC, floor);
    for (size_t i = 0; i < count; i++)
        spare[i + 1] = fcntl(fds[i], F_DUPFD_CLOEXEC, floor);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return error_sys(err, "cannot open /dev/null");
    for (size_t i = 0; i <= count; i++) {
        int to = FIRST_FD - 1 + (int)i;
        if (spare[i] < 0 || dup3(spare[i], to, O_CLOEXEC) < 0)
            return error_sys(err, "cannot hand over a descriptor");
        if (i)
            settled[i - 1] = to;
    }
    if (close_range((unsigned)FIRST_FD + (unsigned)count, ~0U, 0) != 0)
        return error_sys(err, "cannot close descriptors");
    return true;
}

static void failure_send(Fd socket, const Error *failure)
{
    Buf message CLEANUP(buf_fini) = {0};
    buf_u8(&message, (uint8_t)failure->code);
    buf_put(&message, str_head(error_message(failure), FAILURE_LIMIT - 1));
    Error err = {0};
    if (!send_kind(socket, FAILURE, buf_str(&message), NULL, 0, &err))
        _exit(EXIT_FAILED);
}

_Noreturn static void child_main(Fd socket, ChildRun *run, void *context, const Fd *fds,
                                 size_t count, pid_t parent)
{
    Error err = {0};
    Fd settled[CHILD_FDS];
    ChildSide side = {.socket = FIRST_FD - 1, .fds = settled, .count = count};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILED);
    memory_quiet();          /* our end tells the parent */
    signal(SIGINT, SIG_IGN); /* the terminal's goes to the group; the parent decides */
    if (!descriptors_settle(socket, fds, count, settled, &err)) {
        failure_send(socket, &err);
        _exit(EXIT_FAILED);
    }
    if (run(&side, context, &err))
        _exit(EXIT_GOOD);
    failure_send(side.socket, &err);
    _exit(EXIT_FAILED);
}

/* ---- in the parent ---- */

bool child_start(Child *out, const char *name, ChildRun *run, void *context, const Fd *fds,
                 size_t count, Error *err)
{
    int pair[2];
    assert(count <= CHILD_FDS);
    *out = CHILD_NONE;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_sys(err, "socketpair");
    Fd mine CLEANUP(fd_close) = pair[0];
    Fd theirs CLEANUP(fd_close) = pair[1];
    fflush(NULL); /* or the child could write it again */
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return error_sys(err, "cannot start %s", name);
    if (pid == 0)
        child_main(theirs, run, context, fds, count, parent);
    *out = (Child){.name = name, .pid = pid, .socket = fd_take(&mine)};
    return true;
}

bool child_patience(const Child *child, unsigned seconds, Error *err)
{
    const struct timeval silence = {.tv_sec = seconds}, deaf = {.tv_sec = DEAF_SECONDS};
    if (setsockopt(child->socket, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) == 0 &&
        setsockopt(child->socket, SOL_SOCKET, SO_SNDTIMEO, &deaf, sizeof deaf) == 0)
        return true;
    return error_sys(err, "cannot set a limit of time");
}

static int reap(Child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    child->pid = 0;
    fd_close(&child->socket);
    return status;
}

/* A child that closed its socket has nothing left to do; one that lingers is not ours any more. */
static int reap_soon(Child *child)
{
    Fd pidfd CLEANUP(fd_close) = pidfd_open(child->pid, 0);
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    bool lingers = pidfd < 0 || poll(&ended, 1, GRACE_MS) <= 0;
    if (lingers)
        kill(child->pid, SIGKILL);
    int status = reap(child);
    /* Who is killed and not by us met the system's limit of memory, as a rule. */
    child->starved = !lingers && WIFSIGNALED(status) &&
                     (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU);
    return status;
}

static bool child_judge(Child *child, Error *err)
{
    if (child->pid == 0)
        return true;
    int status = reap_soon(child);
    if (WIFSIGNALED(status)) {
        int sig = WTERMSIG(status);
        if (sig == SIGXCPU)
            return error_set(err, ERR_LIMIT, "%s ran out of processor time", child->name);
        if (sig == SIGSYS)
            return error_set(err, ERR_INTERNAL, "%s tried what its sandbox forbids (SIG%s)",
                             child->name, sigabbrev_np(sig));
        return error_set(err, ERR_INTERNAL, "%s died (SIG%s)", child->name, sigabbrev_np(sig));
    }
    if (WEXITSTATUS(status) == EXIT_MEMORY) {
        child->starved = true;
        return error_set(err, ERR_LIMIT, "%s ran out of memory", child->name);
    }
    if (WEXITSTATUS(status) != EXIT_GOOD)
        return error_set(err, ERR_INTERNAL, "%s ended with status %d", child->name,
                         WEXITSTATUS(status));
    return true;
}

static bool failure_take(const Buf *message, Error *err)
{
    Reader r = reader_of(buf_str(message));
    unsigned code = reader_u8(&r);
    Str text = reader_take(&r, reader_left(&r));
    if (code == ERR_NONE || code > ERR_INTERNAL)
        code = ERR_INTERNAL;
    return error_set(err, (ErrorCode)code, STR_FMT, STR_ARG(text));
}

bool child_receive(Child *child, uint64_t limit, Buf *into, bool *got, Error *err)
{
    enum Kind kind;
    *got = false;
    if (child->socket < 0)
        return true;
    if (!take_kind(child->socket, limit, into, NULL, &kind, err)) {
        child_close(child);
        return error_within(err, "%s sent", child->name);
    }
    if (kind == END)
        return child_judge(child, err);
    if (kind == TRUNCATED)
        return child_judge(child, err) &&
               error_set(err, ERR_INTERNAL, "%s sent a message that ends early", child->name);
    if (kind == SILENT) {
        child_close(child);
        child->starved = true;
        return error_set(err, ERR_LIMIT, "%s ran out of time", child->name);
    }
    if (kind == FAILURE) {
        failure_take(into, err);
        child_close(child);
        return false;
    }
    *got = true;
    return true;
}

/* The last one that was dismissed: killed, and perhaps not yet gone. */
static _Atomic(pid_t) dismissed;

static void dismissed_reap(pid_t next)
{
    Child child = {.pid = atomic_exchange(&dismissed, next), .socket = -1};
    if (child.pid)
        reap(&child);
}

static void reap_at_exit(void)
{
    dismissed_reap(0);
}

static void dismissed_begin(void)
{
    (void)!atexit(reap_at_exit);
}

void child_dismiss(Child *child)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    fd_close(&child->socket);
    if (child->pid <= 0)
        return;
    pthread_once(&once, dismissed_begin);
    kill(child->pid, SIGKILL);
    dismissed_reap(child->pid);
    child->pid = 0;
}

void child_close(Child *child)
{
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        reap(child);
    }
    fd_close(&child->socket);
}
