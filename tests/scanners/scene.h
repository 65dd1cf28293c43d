/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"
#include "scanners/builtin/eol.h"
#include "scanners/builtin/match.h"
#include "test.h"

/* A small world for one test: records in their feeds' native shape, a few packages, and what comes
 * of matching them. */
typedef struct Scene {
    Arena arena;
    Str dir;
    Inventory inventory;
    Database *db;
    MatchOptions options;
    FindingVec findings;
    uint64_t masked; /* how many of them need no description to be masked */
    NoteVec notes, incomplete;
    EolState eol;
    unsigned records;
} Scene;

/* Of a zeroed one; what was there goes. */
void scene_init(Scene *s);
void scene_fini(Scene *s);
/* A file of the feeds: "alpine-secdb/v3.20/main.json". */
void scene_file(Scene *s, const char *path, const char *text);
/* An OSV record with these members, id and ecosystem's folder: the folder's name is of no weight.
 */
void scene_osv(Scene *s, const char *text);
/* One affected entry: fixed in one version of one package. */
void scene_fix(Scene *s, const char *id, const char *ecosystem, const char *package,
               const char *fixed);
void scene_os(Scene *s, const char *id, const char *version);
/* Valid until the next. */
Package *scene_package(Scene *s, PackageType type, const char *name, const char *version);
Package *scene_source(Scene *s, PackageType type, const char *name, const char *version,
                      const char *source, const char *source_version);
/* The database of ../shared/feeds' folder instead of records of our own; skips without it. */
void scene_shared(Scene *s, const char *folder);
/* Builds the database and matches; may be called again after packages have changed. */
void scene_match(Scene *s);
/* NULL if there is none. */
const Finding *scene_find(const Scene *s, const char *id);
bool scene_counts(const Scene *s, const char *id); /* found and not masked */
bool scene_says(const NoteVec *notes, const char *word);
