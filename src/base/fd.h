/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <sys/stat.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* Descriptors: `Fd fd CLEANUP(fd_close) = fd_open(...)`; -1 is none. */
typedef int Fd;

void fd_close(Fd *fd);
Fd fd_take(Fd *fd); /* hands it on: the cleanup then closes nothing */

/* All open with O_CLOEXEC; paths are relative to `dir` (AT_FDCWD for the working directory). */
MUST_USE bool fd_open_read_at(Fd dir, Str path, Fd *out, Error *err);
MUST_USE bool fd_open_dir_at(Fd dir, Str path, Fd *out, Error *err);
/* An unlinked file for bytes that must be read twice; in $TMPDIR or /tmp. */
MUST_USE bool fd_open_temporary(Fd *out, Error *err);

MUST_USE bool fd_size(Fd fd, uint64_t *out, Error *err);
MUST_USE bool fd_write_all(Fd fd, Str bytes, Error *err);
MUST_USE bool fd_pread(Fd fd, void *into, size_t cap, uint64_t offset, size_t *got, Error *err);

/* The whole of a file up to `limit` bytes (ERR_LIMIT beyond it). `name` is for messages. */
MUST_USE bool fd_read_all(Fd fd, Str name, uint64_t limit, Arena *arena, Str *out, Error *err);
MUST_USE bool file_read(Str path, uint64_t limit, Arena *arena, Str *out, Error *err);

/* Writes aside (same folder), syncs and renames over `path`, so that a reader never sees a half.
 * A path that exists and is no regular file (a pipe, /dev/stdout) is written in place. */
MUST_USE bool file_write_atomic(Str path, Str bytes, Error *err);
/* The same for what can be made again and is checked when it is read: a loss of power may leave less. */
MUST_USE bool file_write_unsynced(Str path, Str bytes, Error *err);
MUST_USE bool dir_make_all(Str path, Error *err);

/* A read-only mapping of a whole file; empty files map to the empty slice. What the disk does not
 * give later ends the process with one line and exit code 1: a handler of SIGBUS, for the whole
 * process, sees to that, for 16 mappings at a time. Not from several threads at once. */
typedef struct Mapping {
    Str bytes;
} Mapping;
MUST_USE bool mapping_open(Fd fd, Str name, Mapping *out, Error *err);
void mapping_close(Mapping *mapping);
/* What was looked at so far is no longer ours in memory; it is there as before. */
void mapping_forget(const Mapping *mapping);
/* A file while it is looked at, for whoever needs little of it: mapped, not read. What others write
 * shows at once, so only of files that nobody writes. One at a time in each thread; false if it cannot
 * be mapped. The handler of SIGBUS as above. */
MUST_USE bool view_open(Fd fd, uint64_t size, Str *out);
/* False: whole pages of it were not there, and were shown as zeros. */
MUST_USE bool view_close(Str *bytes);
