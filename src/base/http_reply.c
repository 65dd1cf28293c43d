/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/http.h"

/* The least of HTTP/1.1 that a container engine speaks: one request a connection, a bounded head, a
 * body by length, in chunks or to the end. The other side may be anything that listens there. */

enum { LINE_BYTES = 4096 };

static Str unread(const HttpReply *r)
{
    return str_from_pos(buf_str(&r->head), r->pos);
}

static bool fill(HttpReply *r, size_t step, size_t *got, Error *err)
{
    if (!stream_read(r->in, buf_reserve(&r->head, step), step, got, err))
        return false;
    r->head.len += *got;
    return true;
}

/* Up to the empty line; *len is with it. */
static bool find_head_end(HttpReply *r, size_t *len, Error *err)
{
    for (;;) {
        size_t got, end = str_find(buf_str(&r->head), STR("\r\n\r\n"));
        if (end != STR_NONE) {
            *len = end + 4;
            return true;
        }
        if (r->head.len >= HTTP_HEAD_BYTES)
            return error_set(err, ERR_LIMIT, "the reply's head is longer than %d bytes",
                             HTTP_HEAD_BYTES);
        if (!fill(r, 4096, &got, err))
            return false;
        if (got == 0)
            return error_set(err, ERR_FORMAT, "the reply ends within its head");
    }
}

static bool parse_status(HttpReply *r, Error *err)
{
    Str line = buf_str(&r->head);
    uint64_t status = 0;
    if ((!str_starts(line, STR("HTTP/1.1 ")) && !str_starts(line, STR("HTTP/1.0 "))) ||
        !str_to_u64(str_sub(line, 9, 12), &status) || status < 200 ||
        char_is_digit(str_at(line, 12)))
        return error_set(err, ERR_FORMAT, "not an HTTP reply");
    r->status = (int)status;
    return true;
}

Str http_reply_field(const HttpReply *r, Str name)
{
    Str rest = str_head(buf_str(&r->head), r->fields), line, key, value;
    for (str_next_line(&rest, &line); str_next_line(&rest, &line);)
        if (str_cut(line, ':', &key, &value) && str_eq_fold(key, name))
            return str_trim(value);
    return (Str){0};
}

static bool parse_length(HttpReply *r, Error *err)
{
    Str coding = http_reply_field(r, STR("transfer-encoding"));
    Str length = http_reply_field(r, STR("content-length"));
    r->ended = r->status == 204 || r->status == 304;
    if (coding.len) {
        r->chunked = true;
        if (!str_eq_fold(coding, STR("chunked")))
            return error_set(err, ERR_UNSUPPORTED, "transfer coding '" STR_FMT "'",
                             STR_ARG(str_head(coding, 40)));
    } else if (length.len) {
        if (!str_to_u64(length, &r->left))
            return error_set(err, ERR_FORMAT, "malformed Content-Length");
    } else {
        r->until_close = true;
    }
    return true;
}

/* From what was read beyond the head first. */
static bool take(HttpReply *r, void *into, size_t cap, size_t *got, Error *err)
{
    Str ready = unread(r);
    if (ready.len == 0)
        return stream_read(r->in, into, cap, got, err);
    *got = cap < ready.len ? cap : ready.len;
    memcpy(into, ready.ptr, *got);
    r->pos += *got;
    return true;
}

/* Also the head itself: lines between chunks reuse its memory. */
static void drop_taken(HttpReply *r)
{
    Str rest = unread(r);
    if (rest.len)
        memmove(r->head.ptr, rest.ptr, rest.len);
    r->head.len = rest.len;
    r->pos = r->fields = 0;
}

static bool take_line(HttpReply *r, Str *line, Error *err)
{
    for (;;) {
        size_t got, end = str_find_char(unread(r), '\n');
        if (end != STR_NONE) {
            *line = str_trim(str_head(unread(r), end));
            r->pos += end + 1;
            return true;
        }
        if (unread(r).len >= LINE_BYTES)
            return error_set(err, ERR_FORMAT, "a line between chunks is too long");
        drop_taken(r);
        if (!fill(r, 512, &got, err))
            return false;
        if (got == 0)
            return error_set(err, ERR_FORMAT, "the reply ends between chunks");
    }
}

static bool next_chunk(HttpReply *r, Error *err)
{
    Str line, size, extension;
    if (r->in_chunk) {
        if (!take_line(r, &line, err))
            return false;
        if (line.len)
            return error_set(err, ERR_FORMAT, "a chunk is longer than it says");
    }
    if (!take_line(r, &line, err))
        return false;
    str_cut(line, ';', &size, &extension);
    if (!str_to_hex_u64(str_trim(size), &r->left))
        return error_set(err, ERR_FORMAT, "malformed chunk size");
    r->in_chunk = true;
    r->ended = r->left == 0; /* trailer fields are of no interest */
    return true;
}

static bool reply_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    HttpReply *r = (HttpReply *)self;
    *got = 0;
    if (r->chunked && !r->ended && r->left == 0 && !next_chunk(r, err))
        return false;
    if (r->ended || (!r->until_close && r->left == 0))
        return true;
    if (!r->until_close && cap > r->left)
        cap = (size_t)r->left;
    if (!take(r, into, cap, got, err))
        return false;
    if (r->until_close) {
        r->ended = *got == 0;
        return true;
    }
    if (*got == 0)
        return error_set(err, ERR_FORMAT, "the reply ends early: %llu bytes are missing",
                         (unsigned long long)r->left);
    r->left -= *got;
    return true;
}

bool http_reply_read(HttpReply *reply, Stream *in, Error *err)
{
    *reply = (HttpReply){.stream = {.read = reply_read}, .in = in, .fd = -1};
    if (!find_head_end(reply, &reply->fields, err) || !parse_status(reply, err))
        return false;
    reply->pos = reply->fields;
    return parse_length(reply, err);
}

void http_reply_close(HttpReply *reply)
{
    buf_fini(&reply->head);
    if (reply->in == &reply->pipe.stream)
        fd_close(&reply->fd);
}

/* An address holds 107 bytes of path; a longer one is reached through a descriptor of the socket.
 * https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html */
static bool address_of(Str path, struct sockaddr_un *out, Fd *longer, Error *err)
{
    char name[PATH_MAX];
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.len == 0 || path.len >= sizeof name || str_find_char(path, '\0') != STR_NONE)
        return error_set(err, ERR_USAGE, "not a socket's path: " STR_FMT,
                         STR_ARG(str_head(path, 200)));
    if (path.len < sizeof out->sun_path) {
        memcpy(out->sun_path, path.ptr, path.len);
        return true;
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    *longer = open(name, O_PATH | O_CLOEXEC);
    snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d", *longer);
    return *longer >= 0 || error_sys(err, "cannot find " STR_FMT, STR_ARG(path));
}

static bool connect_unix(Str path, Fd *out, Error *err)
{
    struct sockaddr_un address;
    Fd longer CLEANUP(fd_close) = -1;
    if (!address_of(path, &address, &longer, err))
        return false;
    const struct timeval silence = {.tv_sec = HTTP_SILENCE_SECONDS};
    Fd fd CLEANUP(fd_close) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence) != 0)
        return error_sys(err, "socket");
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int why = errno;
        error_sys(err, "cannot connect to " STR_FMT, STR_ARG(path));
        if (err && (why == ENOENT || why == ECONNREFUSED))
            err->code = ERR_ABSENT;
        return false;
    }
    *out = fd_take(&fd);
    return true;
}

static bool target_is_clean(Str target)
{
    for (size_t i = 0; i < target.len; i++)
        if ((unsigned char)target.ptr[i] <= ' ' || (unsigned char)target.ptr[i] >= 0x7f)
            return false;
    return str_at(target, 0) == '/';
}

static bool send_all(Fd fd, Str bytes, Str socket, Error *err)
{
    while (bytes.len) {
        ssize_t put = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return error_sys(err, "cannot ask " STR_FMT, STR_ARG(socket));
        bytes = str_from_pos(bytes, (size_t)put);
    }
    return true;
}

bool http_unix_ask(Str socket, Str target, Fd *out, Error *err)
{
    Buf request CLEANUP(buf_fini) = {0};
    Fd fd CLEANUP(fd_close) = -1;
    *out = -1;
    if (!target_is_clean(target))
        return error_set(err, ERR_USAGE, "not a request target: " STR_FMT,
                         STR_ARG(str_head(target, 200)));
    if (!connect_unix(socket, &fd, err))
        return false;
    buf_printf(&request,
               "GET " STR_FMT " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: assay/" ASSAY_VERSION
               "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
               STR_ARG(target));
    if (!send_all(fd, buf_str(&request), socket, err))
        return false;
    *out = fd_take(&fd);
    return true;
}

bool http_unix_answer(Str socket, Fd *asked, HttpReply *out, Error *err)
{
    Fd fd CLEANUP(fd_close) = fd_take(asked);
    PipeStream pipe;
    *out = (HttpReply){.fd = -1};
    pipe_stream_init(&pipe, fd);
    if (!http_reply_read(out, &pipe.stream, err)) {
        http_reply_close(out);
        return error_within(err, STR_FMT, STR_ARG(socket));
    }
    out->pipe = pipe;
    out->in = &out->pipe.stream;
    out->fd = fd_take(&fd);
    return true;
}

bool http_unix_get(Str socket, Str target, HttpReply *out, Error *err)
{
    Fd asked = -1;
    *out = (HttpReply){.fd = -1};
    return http_unix_ask(socket, target, &asked, err) && http_unix_answer(socket, &asked, out, err);
}
