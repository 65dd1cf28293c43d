/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/child.h"
#include "base/limits.h"
#include "sources/source.h"

/* The sandboxed child: it holds descriptors of regular files and nothing else, parses, and speaks
 * with its parent, the collector. Each message is a byte that says what it is and a body; strings
 * have their length before them, numbers are varints.
 *
 *   WORKER_KEYS       the layers' cache keys (how many, then strings; empty: do not look)
 *   -> as many strings, empty where the cache has nothing
 *   WORKER_LIST       folders to list (how many, then their numbers), each once
 *   -> COLLECTOR_LIST, a batch of the list, as often as needed; COLLECTOR_LISTED at the end
 *   WORKER_OPEN       files to open: the folder's number, whether links are followed (a byte), how
 *                     many (64 at most), then their paths
 *   -> COLLECTOR_FILES, the number, how many, a FolderOpened for each (a byte), and the descriptors
 *   WORKER_BEGIN      a layer is being read: its name and number
 *   WORKER_DONE       it was read: the same
 *   WORKER_STORE      a key and what to keep under it
 *   WORKER_INVENTORY  inventory_encode's bytes; the last message */
enum {
    WORKER_KEYS = 'K',
    WORKER_LIST = 'L',
    WORKER_OPEN = 'O',
    WORKER_BEGIN = 'B',
    WORKER_DONE = 'D',
    WORKER_STORE = 'S',
    WORKER_INVENTORY = 'I',
};
enum { COLLECTOR_LIST = 'l', COLLECTOR_LISTED = 'e', COLLECTOR_FILES = 'f' };

/* The context of child_start: read before the first hostile byte, then only by the child. */
typedef struct WorkerTask {
    SourceInput input; /* its files are those handed to the child, in the same order */
    Limits limits;
    bool use_cache;
    bool alone;           /* one layer after the other */
    const uint32_t *skip; /* layers that are not to be read */
    size_t skip_count;
} WorkerTask;

ChildRun worker_run;

/* The cache key of a "blob", an "overlay" folder or an "engine" image; it holds the version of the
 * program and of its catalogers: what others read is not ours. */
Str worker_cache_key(Arena *arena, const char *kind, Str name);
