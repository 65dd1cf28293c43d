/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/update.h"

/* One run of an update. */
typedef struct Fetcher {
    const UpdateOptions *options;
    UpdateReport *report;
    Arena *arena;
    Str feeds;     /* the folder of cached files */
    bool marked;   /* that files changed since the database was built */
    StrVec silent; /* addresses that gave no answer */
} Fetcher;

/* Fetches `url` to `path` under the folder of feeds unless it is unchanged; the file is replaced as a
 * whole. False: our own trouble (a full disk). */
MUST_USE bool fetch_file(Fetcher *fetcher, Str feed, Str base, Str url, Str path,
                         UpdateState *state, Error *err);
/* Beside the cached files while they are newer than the database. */
Str fetch_changed_path(Fetcher *fetcher);
/* What was remembered of the file beside its validators: for OSV the newest record's time. */
Str fetch_mark(Fetcher *fetcher, Str path);
MUST_USE bool fetch_mark_set(Fetcher *fetcher, Str path, Str mark, Error *err);
/* "a b" as "a%20b". */
Str url_path(Arena *arena, Str path);
