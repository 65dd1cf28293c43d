/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "advisories/facts.h"
#include "base/error.h"
#include "model/note.h"

typedef struct BuildReport {
    /* Files and records that make no sense: all else is in the database. */
    NoteVec notes;
    uint64_t files, records, packages, vulnerabilities;
    uint64_t source_bytes; /* of the files, as they lie there */
    uint64_t json_bytes;   /* the same, unpacked */
    uint64_t file_bytes;   /* of the database */
    Str version;
} BuildReport;

typedef struct BuildOptions {
    Str dir;                                   /* laid out like the feeds' services, or the seed */
    Date built;                                /* DATE_NONE: the newest day that a source names */
    void (*progress)(void *context, Str path); /* before each file; may be NULL */
    void *context;
    Str sign_key; /* an Ed25519 private key as PEM; empty: the database is not signed */
} BuildOptions;

/* Reads every file under `dir` that a feed's row knows. ERR_ABSENT if there is none at all. Peak
 * memory: all facts, the largest file unpacked, and the database: 460 MB for 120,000 records and
 * 380,000 CVEs. */
MUST_USE bool feeds_read(const BuildOptions *options, Facts *facts, Arena *arena,
                         BuildReport *report, Error *err);
/* Builds aside, syncs and renames over `path`: whoever has the old file open goes on reading it. Where
 * others may build too, the caller holds the lock (advisories/install.h). */
MUST_USE bool database_build(const BuildOptions *options, Str path, Arena *arena,
                             BuildReport *report, Error *err);
