/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"

/* Under a database folder: "advisories.db", its signature "advisories.db.sig" if there is one,
 * "feeds/" (every source's files as they were fetched, laid out as BuildOptions.dir), and
 * "update.lock", which whoever replaces the database holds. */
#define DATABASE_NAME STR("advisories.db")

typedef struct UpdateBase {
    Str feed, address; /* a feed's name (`assay list feeds`), and where to fetch it from instead */
} UpdateBase;

typedef struct UpdateOptions {
    Str dir;
    Str mirror;            /* one address for all feeds, laid out like BuildOptions.dir; or empty */
    Vec(UpdateBase) bases; /* each wins over `mirror` */
    StrVec only;           /* names of feeds; empty: all */
    StrVec ecosystems;     /* OSV's; empty: those that we match */
    bool rebuild;          /* even if nothing changed */
    /* NULL, or told what is being fetched (got and total bytes, 0: not known) or read */
    void (*progress)(void *context, Str what, uint64_t got, uint64_t total);
    void *context;
} UpdateOptions;

typedef enum UpdateState {
    UPDATE_FETCHED,
    UPDATE_UNCHANGED,
    UPDATE_ABSENT, /* the service has no such file */
    UPDATE_FAILED, /* old data stays */
} UpdateState;

typedef struct UpdateFile {
    Str feed, path;
    UpdateState state;
    Str why; /* of a failure */
    uint64_t bytes;
} UpdateFile;

typedef struct UpdateReport {
    Vec(UpdateFile) files;
    size_t fetched, failed;
    bool built; /* false: nothing changed, the database stays as it is */
    BuildReport build;
} UpdateReport;

/* Fetches what changed and builds the database anew, aside; readers go on with the old one until it
 * is renamed over. What cannot be fetched is UPDATE_FAILED in the report, and no error; a service that
 * gives no answer is not asked again. An error (a full disk, another update that is running) leaves the
 * old database as it was. A signature of a database that is replaced goes away: this one has none. */
MUST_USE bool database_update(const UpdateOptions *options, Arena *arena, UpdateReport *report,
                              Error *err);
