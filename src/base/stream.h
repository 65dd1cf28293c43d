/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/fd.h"

/* Bytes that are pulled: files, members of archives, decoders one upon the other. A kind of stream
 * embeds Stream as its first member; its maker says who owns it. */
typedef struct Stream Stream;
struct Stream {
    /* Up to `cap` bytes (cap > 0) into `into`; *got 0 is the end, and stays the end. */
    bool (*read)(Stream *self, void *into, size_t cap, size_t *got, Error *err);
    /* Passes over `len` bytes without reading them where that is cheaper; NULL reads them. */
    bool (*skip)(Stream *self, uint64_t len, Error *err);
    /* Passes over what comes next and says where it lies, unchanged until the next call; empty is the
     * end. NULL: it lies nowhere, read it. */
    bool (*lend)(Stream *self, Str *bytes, Error *err);
    void (*close)(Stream *self); /* NULL: nothing to give back */
};

MUST_USE bool stream_read(Stream *s, void *into, size_t cap, size_t *got, Error *err);
/* Until `cap` bytes or the end. */
MUST_USE bool stream_read_full(Stream *s, void *into, size_t cap, size_t *got, Error *err);
/* ERR_FORMAT if the stream ends before. */
MUST_USE bool stream_skip(Stream *s, uint64_t len, Error *err);
/* All that is left, up to `limit` bytes (ERR_LIMIT beyond it). */
MUST_USE bool stream_read_all(Stream *s, uint64_t limit, Buf *into, Error *err);
MUST_USE bool stream_drain(Stream *s, Error *err);
void stream_close(Stream *s); /* NULL is fine */

/* A range of a regular file, read with pread: many may share one descriptor, which they do not own.
 */
typedef struct FileStream {
    Stream stream;
    Fd fd;
    uint64_t pos, end;
} FileStream;
void file_stream_init(FileStream *s, Fd fd, uint64_t from, uint64_t len);

/* A pipe, socket or terminal, read once. */
typedef struct PipeStream {
    Stream stream;
    Fd fd;
} PipeStream;
void pipe_stream_init(PipeStream *s, Fd fd);

typedef struct MemoryStream {
    Stream stream;
    Str rest;
} MemoryStream;
void memory_stream_init(MemoryStream *s, Str bytes);
