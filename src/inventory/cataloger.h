/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/fd.h"
#include "base/limits.h"
#include "model/inventory.h"

/* A cataloger turns one file's bytes into packages. It is pushed bytes and a path, opens nothing,
 * and never fails: what it cannot read it says in `incomplete` and goes on. */
typedef struct CatalogFile {
    Str path;  /* relative to the root, clean, as found in the layer */
    Str bytes; /* the whole file; valid during the call only: copy what outlives it */
    uint32_t mode;
} CatalogFile;

/* A file that an OS package owns, as its package manager writes it: relative to the root, symlinks
 * not resolved. dpkg keeps the list apart from the status file, so the owner is named, not indexed:
 * "coreutils" or "libc6:amd64". */
typedef struct CatalogOwned {
    Str path;
    Str package;
} CatalogOwned;
typedef Vec(CatalogOwned) CatalogOwnedVec;

/* Where a cataloger puts what it finds; everything is copied into `arena`. */
typedef struct CatalogSink {
    Arena *arena;
    const Limits *limits;
    PackageVec packages;
    ExecutableVec executables;
    NoteVec notes, incomplete;
    CatalogOwnedVec owned;
    OsRelease os;     /* filled by the os-release cataloger only */
    Str path;         /* of the last package */
    uint32_t os_rank; /* the most specific wins (rule 60): higher beats lower; 0: nothing yet */
} CatalogSink;

typedef struct Cataloger {
    const char *name, *summary, *spec;
    /* By path alone; `base` is the last part of `path`. NULL: by first bytes only. */
    bool (*wants_path)(Str path, Str base);
    /* By the first bytes (up to 512) of a regular file. NULL: by path only. */
    bool (*wants_head)(Str path, Str head);
    /* Of the same, what four bytes can tell: false only where wants_head is false whatever follows.
     * All that is looked at outside the sandbox. */
    bool (*wants_magic)(Str path, Str first);
    /* Where a file of `size` bytes can be read at any place: false if reading all of it, which
     * wants_head asked for, would find nothing. Anything odd is true. NULL: always true. */
    bool (*worth)(Fd file, Str head, uint64_t size);
    /* Where it cannot, and `has_tail` says so from its first bytes, its last bytes answer the same.
     * NULL: they cannot. */
    bool (*has_tail)(Str head, uint64_t size);
    bool (*worth_tail)(Str head, uint64_t size, Str tail);
    void (*read)(const CatalogFile *file, CatalogSink *sink);
} Cataloger;

const Cataloger *const *catalogers(size_t *count);
/* Does any want a file by its path alone; by its path and its first four bytes? Pure functions. */
bool catalogers_want_path(Str path);
bool catalogers_want_magic(Str path, Str first);
/* Whether a path says that the file is source, text, pictures or packed data. Of such a file that
 * nobody may execute no first bytes are looked at: in most images that is nine files in ten. */
bool names_data(Str path);
/* Are the first bytes looked at, of a file that none wants by its path? */
bool catalogers_may_look(Str path, uint32_t mode);
/* A new zeroed package in the sink, with `path` as its first path. */
Package *sink_package(CatalogSink *sink, PackageType type, const CatalogFile *file);
void sink_note(CatalogSink *sink, Str path, const char *format, ...) PRINTF_LIKE(3, 4);
void sink_incomplete(CatalogSink *sink, Str path, const char *format, ...) PRINTF_LIKE(3, 4);
void sink_own(CatalogSink *sink, Str package, Str path);
