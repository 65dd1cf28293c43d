/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/facts.h"
#include "base/error.h"
#include "base/limits.h"
#include "model/note.h"

/* One file of one source, its outer compression already taken off. */
typedef struct FeedFile {
    Str path; /* relative to the folder of feeds: "osv/Debian/all.zip" */
    Str bytes;
    Facts *facts;
    Arena *arena;   /* for this file only */
    NoteVec *notes; /* what could not be read: on an arena of its own */
    Arena *notes_arena;
} FeedFile;

/* One kind of file of one source. Reading never changes what was read before: a damaged record is a
 * note and the next one is read; a file that is no such file at all is an Error. */
typedef struct Feed {
    Str name; /* "osv" */
    Str summary;
    Str spec;    /* where the format is described */
    Str pattern; /* of its paths under the folder of feeds; '*' is one component, '**' any */
    Str address; /* default public base; empty: not published in this shape */
    Str remote;  /* path under that base, if another than the local one without its first part */
    bool (*read)(FeedFile *file, Error *err);
} Feed;

extern const Feed feed_osv;

const Feed *const *feeds(size_t *count);
/* The row that reads a path; NULL if none does. */
const Feed *feed_of_path(Str path);
bool path_matches(Str pattern, Str path);

void feed_note(FeedFile *file, Str what, Str why);
