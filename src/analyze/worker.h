/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/child.h"
#include "sources/source.h"

/* The sandboxed child: it holds the descriptors of one SourceInput, parses, and sends messages,
 * each a byte that says what it is and a body:
 *
 *   WORKER_KEYS       the layers' cache keys (a count, then strings; empty: do not look)
 *   -> the parent answers with as many strings, empty where the cache has nothing
 *   WORKER_STORE      a key and what to keep under it
 *   WORKER_STATUS     a line for the progress display
 *   WORKER_INVENTORY  inventory_encode's bytes; the last message */
enum { WORKER_KEYS = 'K', WORKER_STORE = 'S', WORKER_STATUS = 'P', WORKER_INVENTORY = 'I' };

/* The context of child_start: read before the first hostile byte, then only by the child. */
typedef struct WorkerTask {
    SourceInput input; /* its descriptors are those handed to the child, in the same order */
    Limits limits;
    bool use_cache;
} WorkerTask;

ChildRun worker_run;

/* The cache key of a "blob", an "overlay" folder or an "engine" image; it holds the version of the
 * program and of its catalogers: what others read is not ours. */
Str worker_cache_key(Arena *arena, const char *kind, Str name);
