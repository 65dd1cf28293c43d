/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/fd.h"

/* Whoever replaces the database at a path keeps others from it: with "update.lock" beside a file
 * named DATABASE_NAME, else with a hidden file that goes when the lock is given back. A path that is
 * no file (a pipe) needs none. */
typedef struct DatabaseLock {
    Fd fd;           /* -1: not taken */
    const char *own; /* what is removed with the lock; NULL: nothing. Lives as long as the arena */
} DatabaseLock;

/* Does not wait: ERR_IO if somebody else holds it. Removes what a killed holder left beside `path`. */
MUST_USE bool database_lock(Str path, Arena *arena, DatabaseLock *out, Error *err);
void database_unlock(DatabaseLock *lock);

/* Puts `bytes` in place of what is at `path`, in one step. With `key`, an Ed25519 private key as PEM,
 * its signature goes to `path`.sig; without, a signature of the old database goes away. The caller
 * holds the lock. On failure database and signature are the old ones. */
MUST_USE bool database_install(Str path, Str bytes, Str key, Arena *arena, Error *err);

/* "DIR/" of "DIR/NAME", empty for "NAME". */
Str path_folder(Str path);

/* Is this what a killed process left of a file that had yet to get its name: ".NAME.assay.new",
 * ".NAME.assay.17.new"? An empty `leaf` stands for any NAME. */
bool is_leftover(Str name, Str leaf);
