/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/http.h"
#include "base/progress.h"
#include "test.h"

/* ---- replies, from memory ---- */

/* The body, or the error's text after '!'. */
static Str body_of(Arena *arena, Str text)
{
    MemoryStream memory;
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Buf body CLEANUP(buf_fini) = {0};
    Error err = {0};
    memory_stream_init(&memory, text);
    if (!http_reply_read(&reply, &memory.stream, &err) ||
        !stream_read_all(&reply.stream, 1 << 20, &body, &err))
        return arena_printf(arena, "!%s", err.message);
    return arena_str(arena, buf_str(&body));
}

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

TEST(http_reply_refuses)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "!the reply ends within its head"},
        {"HTTP/1.1 200 OK\r\n", "!the reply ends within its head"},
        {"SSH-2.0-OpenSSH\r\n\r\n", "!not an HTTP reply"},
        {"HTTP/1.1 20 OK\r\n\r\n", "!not an HTTP reply"},
        {"HTTP/1.1 2000 OK\r\n\r\n", "!not an HTTP reply"},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "!malformed Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
         "!the reply ends early: 2 bytes are missing"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "!transfer coding 'gzip'"},
        {CHUNKED, "!the reply ends between chunks"},
        {CHUNKED "x\r\n", "!malformed chunk size"},
        {CHUNKED "11112222333344445\r\n", "!malformed chunk size"},
        {CHUNKED "2\r\nabc\r\n", "!a chunk is longer than it says"},
        {CHUNKED "5\r\nabc", "!the reply ends early: 2 bytes are missing"},
        {CHUNKED "3\r\nabc\r\n", "!the reply ends between chunks"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(body_of(&arena, str_from(rows[i].text)), str_from(rows[i].want));
}

TEST(http_reply_reads)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "abc"},
        {"HTTP/1.0 200\r\n\r\nall that follows", "all that follows"},
        {"HTTP/1.1 204 No Content\r\n\r\nnothing", ""},
        {CHUNKED "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", "abc0123456789"},
        {"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", ""},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_STR(body_of(&arena, str_from(rows[i].text)), str_from(rows[i].want));
}

TEST(http_reply_head_is_bounded)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    buf_put(&text, STR("HTTP/1.1 200 OK\r\n"));
    for (int i = 0; i < 20000; i++)
        buf_put(&text, STR("A: b\r\n"));
    CHECK_STR(body_of(&arena, buf_str(&text)), STR("!the reply's head is longer than 65536 bytes"));
}

TEST(http_reply_many_small_chunks)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Buf text CLEANUP(buf_fini) = {0};
    buf_put(&text, STR(CHUNKED));
    for (int i = 0; i < 10000; i++)
        buf_put(&text, STR("1\r\nx\r\n"));
    buf_put(&text, STR("0\r\n\r\n"));
    CHECK_INT(body_of(&arena, buf_str(&text)).len, 10000);
}

/* ---- a server in a child ---- */

typedef struct Server {
    pid_t pid;
    unsigned port;
} Server;

static void server_stop(Server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

static const char *answer_to(const char *request)
{
    if (strstr(request, "If-None-Match: \"v1\""))
        return "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n";
    if (strstr(request, "GET /moved"))
        return "HTTP/1.1 302 Found\r\nETag: \"old\"\r\nLocation: /data\r\nContent-Length: "
               "5\r\n\r\nwrong";
    if (strstr(request, "GET /data"))
        return "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 "
               "GMT\r\nContent-Length: 7\r\n\r\ncontent";
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone";
}

_Noreturn static void serve(int listener)
{
    for (;;) {
        char request[4096] = {0};
        int peer = accept(listener, NULL, NULL);
        if (peer >= 0 && recv(peer, request, sizeof request - 1, 0) > 0) {
            const char *answer = answer_to(request);
            send(peer, answer, strlen(answer), MSG_NOSIGNAL);
        }
        close(peer);
    }
}

static void server_start(Server *server, int family, const struct sockaddr *address, socklen_t len)
{
    struct sockaddr_in bound = {0};
    socklen_t bound_len = sizeof bound;
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, address, len) != 0 || listen(listener, 8) != 0)
        test_skip("no sockets here");
    if (family == AF_INET &&
        getsockname(listener, (struct sockaddr *)(void *)&bound, &bound_len) == 0)
        server->port = ntohs(bound.sin_port);
    server->pid = fork();
    if (server->pid == 0)
        serve(listener);
    close(listener);
}

static void server_start_tcp(Server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    unsetenv("http_proxy");
    server_start(server, AF_INET, (const struct sockaddr *)(const void *)&address, sizeof address);
}

TEST(http_unix_absent)
{
    Error err = {0};
    HttpReply reply CLEANUP(http_reply_close) = {0};
    CHECK(!http_unix_get(STR("/nonexistent/docker.sock"), STR("/_ping"), &reply, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(!http_unix_get(STR("/x"), STR("/a b"), &reply, &err));
    CHECK_INT(err.code, ERR_USAGE);
    CHECK(!http_unix_get(STR("/x"), STR("/a\r\nX: y"), &reply, &err));
}

TEST(http_unix_asks)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Server server CLEANUP(server_stop) = {0};
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Buf body CLEANUP(buf_fini) = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    Str path = arena_join(&arena, test_folder(&arena), STR("/sock"));
    snprintf(address.sun_path, sizeof address.sun_path, STR_FMT, STR_ARG(path));
    server_start(&server, AF_UNIX, (const struct sockaddr *)&address, sizeof address);
    REQUIRE_OK(http_unix_get(path, STR("/data"), &reply, &err));
    CHECK_INT(reply.status, 200);
    CHECK_STR(http_reply_field(&reply, STR("etag")), STR("\"v1\""));
    REQUIRE_OK(stream_read_all(&reply.stream, 100, &body, &err));
    CHECK_STR(buf_str(&body), STR("content"));
}

static bool fetch(const Server *server, const char *path, HttpRequest request, Arena *arena,
                  HttpResponse *out, Str *body, Error *err)
{
    Fd file CLEANUP(fd_close) = -1;
    request.url = arena_printf(arena, "http://127.0.0.1:%u%s", server->port, path);
    if (!fd_open_temporary(&file, err))
        return false;
    request.into = file;
    return http_get(&request, arena, out, err) && lseek(file, 0, SEEK_SET) == 0 &&
           fd_read_all(file, STR("body"), 100, arena, body, err);
}

static void require_curl(const Error *err)
{
    if (err->code == ERR_UNSUPPORTED)
        test_skip("libcurl.so.4 is not installed");
}

TEST(http_get_refuses)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Server server CLEANUP(server_stop) = {0};
    HttpResponse response;
    Str body;
    server_start_tcp(&server);
    CHECK(!fetch(&server, "/data", (HttpRequest){.limit = 6}, &arena, &response, &body, &err));
    require_curl(&err);
    CHECK_INT(err.code, ERR_LIMIT);
    HttpRequest file = {.url = STR("file:///etc/passwd"), .limit = 100, .into = -1};
    CHECK(!http_get(&file, &arena, &response, &err));
    CHECK_INT(err.code, ERR_IO);
    HttpRequest closed = {.url = STR("http://127.0.0.1:1/"), .limit = 100, .into = -1};
    CHECK(!http_get(&closed, &arena, &response, &err));
    CHECK(str_contains(error_message(&err), STR("http://127.0.0.1:1/")));
}

TEST(http_get_fetches)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Server server CLEANUP(server_stop) = {0};
    HttpResponse response;
    Str body;
    HttpRequest plain = {.limit = 100}, known = {.limit = 100, .etag = STR("\"v1\"")};
    server_start_tcp(&server);
    bool ok = fetch(&server, "/moved", plain, &arena, &response, &body, &err);
    require_curl(&err);
    REQUIRE_OK(ok);
    CHECK_INT(response.status, 200);
    CHECK_STR(body, STR("content"));
    CHECK_STR(response.etag, STR("\"v1\""));
    CHECK_STR(response.modified, STR("Mon, 01 Jan 2024 00:00:00 GMT"));
    CHECK_INT(response.bytes, 7);
    REQUIRE_OK(fetch(&server, "/data", known, &arena, &response, &body, &err));
    CHECK_INT(response.status, 304);
    CHECK_INT(body.len, 0);
    REQUIRE_OK(fetch(&server, "/other", plain, &arena, &response, &body, &err));
    CHECK_INT(response.status, 404);
    CHECK_INT(body.len, 0);
}

/* ---- progress ---- */

TEST(progress_is_silent_without_a_terminal)
{
    int pipe_ends[2];
    char text[64];
    CHECK(pipe(pipe_ends) == 0);
    int before = dup(STDERR_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    setenv("TERM", "xterm", 1);
    progress_enable(true);
    progress_show("layer %d", 1);
    progress_clear();
    dup2(before, STDERR_FILENO);
    close(pipe_ends[1]);
    CHECK_INT(read(pipe_ends[0], text, sizeof text), 0);
}

static Str shown_on_terminal(Arena *arena, const char *term)
{
    char text[4096];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
        test_skip("no pseudo terminals here");
    int user = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    int before = dup(STDERR_FILENO);
    dup2(user, STDERR_FILENO);
    setenv("TERM", term, 1);
    progress_enable(true);
    progress_show("layer %s", "evil\x1b[2J");
    progress_show("too soon");
    progress_clear();
    CHECK(write(STDERR_FILENO, ".", 1) == 1);
    dup2(before, STDERR_FILENO);
    ssize_t got = read(terminal, text, sizeof text);
    close(user);
    close(terminal);
    return arena_str(arena, str_of(text, got > 0 ? (size_t)got : 0));
}

TEST(progress_on_a_terminal)
{
    Arena arena CLEANUP(arena_fini) = {0};
    CHECK_STR(shown_on_terminal(&arena, "dumb"), STR("."));
    CHECK_STR(shown_on_terminal(&arena, "xterm"), STR("\r\x1b[Klayer evil?[2J\r\x1b[K."));
}
