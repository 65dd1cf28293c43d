/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool stream_read(Stream *s, void *into, size_t cap, size_t *got, Error *err)
{
    *got = 0;
    return s->read(s, into, cap, got, err);
}

bool stream_read_full(Stream *s, void *into, size_t cap, size_t *got, Error *err)
{
    *got = 0;
    while (*got < cap) {
        size_t step;
        if (!stream_read(s, (char *)into + *got, cap - *got, &step, err))
            return false;
        if (step == 0)
            break;
        *got += step;
    }
    return true;
}

bool stream_skip(Stream *s, uint64_t len, Error *err)
{
    char scratch[16384];
    if (s->skip)
        return s->skip(s, len, err);
    while (len) {
        size_t got, want = len < sizeof scratch ? (size_t)len : sizeof scratch;
        if (!stream_read(s, scratch, want, &got, err))
            return false;
        if (got == 0)
            return error_set(err, ERR_FORMAT, "ends early: %llu bytes are missing",
                             (unsigned long long)len);
        len -= got;
    }
    return true;
}

bool stream_read_all(Stream *s, uint64_t limit, Buf *into, Error *err)
{
    size_t before = into->len;
    for (;;) {
        size_t got;
        char *at = buf_reserve(into, 65536);
        if (!stream_read(s, at, 65536, &got, err))
            return false;
        if (got == 0)
            return true;
        into->len += got;
        if (into->len - before > limit)
            return error_set(err, ERR_LIMIT, "larger than %llu bytes", (unsigned long long)limit);
    }
}

bool stream_drain(Stream *s, Error *err)
{
    char scratch[16384];
    size_t got;
    do
        if (!stream_read(s, scratch, sizeof scratch, &got, err))
            return false;
    while (got);
    return true;
}

void stream_close(Stream *s)
{
    if (s && s->close)
        s->close(s);
}

static bool file_stream_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    FileStream *s = (FileStream *)self;
    uint64_t left = s->end - s->pos;
    if (left == 0)
        return true;
    if (!fd_pread(s->fd, into, cap < left ? cap : (size_t)left, s->pos, got, err))
        return false;
    if (*got == 0)
        return error_set(err, ERR_FORMAT, "ends early: %llu bytes are missing",
                         (unsigned long long)left);
    s->pos += *got;
    return true;
}

static bool file_stream_skip(Stream *self, uint64_t len, Error *err)
{
    FileStream *s = (FileStream *)self;
    if (len > s->end - s->pos)
        return error_set(err, ERR_FORMAT, "ends early: %llu bytes are missing",
                         (unsigned long long)(len - (s->end - s->pos)));
    s->pos += len;
    return true;
}

void file_stream_init(FileStream *s, Fd fd, uint64_t from, uint64_t len)
{
    *s = (FileStream){.stream = {.read = file_stream_read, .skip = file_stream_skip},
                      .fd = fd,
                      .pos = from,
                      .end = from + len};
}

static bool pipe_stream_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    PipeStream *s = (PipeStream *)self;
    ssize_t n;
    do
        n = read(s->fd, into, cap);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_sys(err, "read");
    *got = (size_t)n;
    return true;
}

void pipe_stream_init(PipeStream *s, Fd fd)
{
    *s = (PipeStream){.stream = {.read = pipe_stream_read}, .fd = fd};
}

static bool memory_stream_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    MemoryStream *s = (MemoryStream *)self;
    (void)err;
    *got = cap < s->rest.len ? cap : s->rest.len;
    if (*got)
        memcpy(into, s->rest.ptr, *got);
    s->rest = str_from_pos(s->rest, *got);
    return true;
}

static bool memory_stream_lend(Stream *self, Str *bytes, Error *err)
{
    MemoryStream *s = (MemoryStream *)self;
    (void)err;
    *bytes = s->rest;
    s->rest = (Str){0};
    return true;
}

void memory_stream_init(MemoryStream *s, Str bytes)
{
    *s = (MemoryStream){.stream = {.read = memory_stream_read, .lend = memory_stream_lend},
                        .rest = bytes};
}
