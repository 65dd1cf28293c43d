/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/facts.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "model/note.h"

/* Bounds: of one document, of one file once it is unpacked, and of archives. */
#define FEED_DOCUMENT (UINT64_C(64) << 20)
#define FEED_FILE (UINT64_C(8) << 30)
extern const Limits feed_limits;

/* One file of one source, its outer compression already taken off. */
typedef struct FeedFile {
    Str path; /* relative to the folder of feeds: "osv/Debian/all.zip" */
    Str bytes;
    Facts *facts;
    Arena *arena;        /* for this file only */
    const StrVec *paths; /* all files of the folder, sorted; may be NULL */
    NoteVec *notes;      /* what could not be read: on an arena of its own */
    Arena *notes_arena;
} FeedFile;

/* One kind of file of one source. Reading never changes what was read before: a damaged record is a
 * note and the next one is read; a file that is no such file at all is an Error. */
typedef struct Feed {
    Str name; /* "osv" */
    Str summary;
    Str spec;    /* where the format is described */
    Str paths;   /* under the folder of feeds, one or more; '*' is within a component, '**' any */
    Str address; /* the default public base; empty: not published in this shape */
    /* What to fetch: paths under the folder of feeds, in which {ecosystem}, {release} and {year} stand
     * for all of them; below `address` without their first part. */
    Str files;
    bool (*read)(FeedFile *file, Error *err);
} Feed;

extern const Feed feed_alpine, feed_chainguard, feed_cwe, feed_cwe_xml, feed_debian, feed_eol,
    feed_eol_json, feed_epss, feed_exploit_db, feed_exploits, feed_kev, feed_metasploit,
    feed_nodejs, feed_nuclei, feed_nvd, feed_osv, feed_seed, feed_ssvc, feed_vulnrichment,
    feed_wolfi;

const Feed *const *feeds(size_t *count);
/* The row that reads a path; NULL if none does. */
const Feed *feed_of_path(Str path);
bool path_matches(Str pattern, Str path);

/* Is there such a file in the folder of feeds? */
bool feed_has_path(const FeedFile *file, Str path);
void feed_note(FeedFile *file, Str what, Str why);

/* Walks a file of comma-separated values with a header; `row` sees the columns asked for, in their
 * order, empty where the file has none. */
enum { FEED_COLUMNS = 8 };
typedef void FeedRow(FeedFile *file, uint32_t source, const Str *columns);
MUST_USE bool feed_csv(FeedFile *file, uint32_t source, const Str *names, size_t count,
                       FeedRow *row, Error *err);
/* Every JSON document of the file, or, where it is a zip or a tar, of its members. */
typedef void FeedDocument(FeedFile *file, uint32_t source, Str name, Str text);
MUST_USE bool feed_documents(FeedFile *file, uint32_t source, FeedDocument *document, Error *err);
/* The string that an object calls `name`; empty if it has none. */
Str feed_member(Json *j, Str name);
/* The strings of an array. */
void feed_strings(Json *j, Arena *arena, StrVec *out);
/* Ends a document: what is wrong with it becomes a note. */
bool feed_json_ok(FeedFile *file, Json *j, Str name);
/* The only bytes of a zip with one member that counts: the first that ends in `suffix`. */
MUST_USE bool feed_unzip(FeedFile *file, Str suffix, Buf *into, Error *err);
