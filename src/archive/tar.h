/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/limits.h"
#include "base/stream.h"

/* A reader of tar as it comes: v7, ustar, PAX (also sparse 0.0, 0.1, 1.0), GNU (long names,
 * sparse). https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 * Archives that follow each other are one (and `behind` says so, since runtimes stop at the first
 * trailer), a missing trailer is none of our business, bytes behind the trailer that are no header
 * end the archive. Global PAX headers are passed over, as the
 * runtimes that unpack layers do. */
typedef enum TarType {
    TAR_FILE,
    TAR_DIR,
    TAR_SYMLINK,
    TAR_HARDLINK,
    TAR_CHARDEV,
    TAR_BLOCKDEV,
    TAR_FIFO,
    TAR_OTHER,
} TarType;

typedef struct TarEntry {
    Str path, link; /* raw, as in the archive; valid until the next tar_next */
    TarType type;
    uint64_t size;   /* of the content, holes included; 0 for what has none */
    uint64_t stored; /* bytes that the archive holds of it */
    uint32_t mode;
    uint64_t uid, gid;
    uint32_t dev_major, dev_minor;
    int64_t mtime;
    uint64_t offset; /* of the body, in the stream */
    bool sparse;
    bool too_long; /* path or link is longer than limits->path_bytes, and cut there */
} TarEntry;

/* A run of bytes in a sparse file; all else is zeros. */
typedef struct SparseRun {
    uint64_t at, len;
} SparseRun;

enum { TAR_BUFFER = 256 << 10 };

typedef struct TarReader {
    Stream body; /* first: tar_body gives it */
    Stream *in;
    const Limits *limits;
    Arena *arena;
    char *buf;
    size_t pos, len;
    uint64_t base;  /* place of buf[0] in the stream */
    size_t portion; /* to read next */
    bool in_end;
    bool behind; /* what tar_next gave stands behind a trailer */

    TarEntry entry;
    uint64_t left;    /* stored bytes of the body not yet taken */
    uint64_t padding; /* behind them */

    Vec(SparseRun) runs;
    size_t run;
    uint64_t done; /* expanded bytes given */

    char *path, *link, *sparse_path; /* limits->path_bytes each */
} TarReader;

/* The reader borrows the stream; its buffers (256 KiB and three names) lie on the arena. */
void tar_init(TarReader *r, Stream *in, const Limits *limits, Arena *arena);

/* Passes over what is left of the last body and reads the next header. ERR_FORMAT names the entry
 * or the offset: no tar, damaged, or ends within an entry. */
MUST_USE bool tar_next(TarReader *r, TarEntry *out, bool *end, Error *err);

/* The content of the entry, holes as zeros; usable until the next tar_next. */
Stream *tar_body(TarReader *r);

/* The next min(len, what is left of the content) bytes where they lie, taking none. At most
 * TAR_BUFFER bytes; fewer of a sparse entry: none. Valid until the next call on the reader. */
MUST_USE bool tar_peek(TarReader *r, size_t len, Str *out, Error *err);
