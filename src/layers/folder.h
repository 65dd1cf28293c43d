/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "layers/layer.h"

/* A layer that is a folder is read by two processes. The collector, which may open files, lists it:
 * names, types, links, what overlayfs says, and which files may be worth reading. The parser, which
 * may not open anything, lays the list in order and asks for those files, one batch of descriptors
 * after the other. So what the parser makes of a folder depends on the folder alone, whichever
 * thread of the collector came first. */

typedef enum LayerDirKind {
    LAYER_DIR_ROOTFS,  /* a plain tree; kernel file systems mounted in it are passed over */
    LAYER_DIR_OVERLAY, /* a `diff` directory of overlay2 or fuse-overlayfs, with its whiteouts */
} LayerDirKind;

/* ---- the collector's side ---- */

enum { FOLDER_MAGIC = 4 };

/* What makes a file worth reading. Pure functions, called on several threads. */
typedef struct FolderChoice {
    bool (*by_name)(Str path); /* then it is not opened while it is listed */
    /* By its first FOLDER_MAGIC bytes, or all if there are fewer. NULL: no file is opened at all.
     * A file of an overlay folder that has no content of its own is told only if it was opened. */
    bool (*by_magic)(Str path, Str first);
    /* By name: not opened for its first bytes unless somebody may execute it. NULL: none. */
    bool (*is_data)(Str path);
} FolderChoice;

typedef struct FolderRoot {
    uint32_t number; /* what the list calls it */
    LayerDirKind kind;
    Fd fd;
} FolderRoot;

/* Takes a part of the list; one call at a time. An error ends the listing. */
typedef bool FolderPut(void *self, Str batch, Error *err);

/* Lists all folders together, on as many threads as there are processors, on up to eight once they
 * are seen to wait for a disk. No link is followed and no folder left, whatever changes meanwhile.
 * What goes wrong with a folder is part of its list; an Error is `put`'s. */
MUST_USE bool folders_list(const FolderRoot *roots, size_t count, const Limits *limits,
                           const FolderChoice *choice, FolderPut *put, void *self, Error *err);

typedef enum FolderOpened {
    FOLDER_GONE, /* no regular file is there */
    FOLDER_OPEN,
    FOLDER_UNREADABLE,
    FOLDER_METACOPY, /* overlayfs keeps its content in a layer below */
} FolderOpened;

/* Files are asked for folder by folder: the one that was last opened in stays open. */
typedef struct FolderReach {
    uint32_t number;
    Buf path, name;
    Fd dir;
} FolderReach;
#define FOLDER_REACH_NONE ((FolderReach){.dir = -1})
void folder_reach_close(FolderReach *reach);

/* A regular file, by a clean path that the parser names; links are not followed, and what the path
 * says is no regular file is not opened. */
FolderOpened folder_open_file(FolderReach *reach, const FolderRoot *root, Str path, Fd *out);

/* ---- the parser's side ---- */

/* The list of one folder as it comes in. Zero-initialise it; its arena holds it. */
typedef struct FolderListing {
    Arena arena;
    Vec(struct FolderPiece) pieces;
} FolderListing;

/* Adds a batch to the lists it speaks of; false if it is none. */
MUST_USE bool folder_listing_add(FolderListing *listings, size_t count, Str batch, Error *err);
void folder_listing_fini(FolderListing *listing);

typedef struct FolderFile {
    Fd fd; /* the taker's */
    FolderOpened how;
} FolderFile;

enum { FOLDER_BATCH = 64 };

/* Who opens the files of one folder. At most FOLDER_BATCH are asked for, then taken, in turn: so the
 * next are opened while these are read. */
typedef struct FolderOpener {
    void *self;
    bool (*ask)(void *self, const Str *paths, size_t count, Error *err);
    bool (*take)(void *self, FolderFile *files, size_t count, Error *err);
} FolderOpener;

/* Like layer_walk_tar, of a folder whose list is complete; what is wanted was settled when it was
 * listed: visitor->interest is not asked. Entries come folder by folder, in the order of the folders'
 * paths. Redirects and metacopies of overlayfs need the layers below and are ERR_UNSUPPORTED, named,
 * after all else was read. A folder that cannot be read is a note.
 * https://docs.kernel.org/filesystems/overlayfs.html */
MUST_USE bool layer_walk_folder(const LayerWalk *walk, const FolderListing *listing,
                                LayerDirKind kind, const FolderOpener *opener, LayerIndex *out,
                                Error *err);
/* These files alone, given to visitor->bytes. */
MUST_USE bool layer_read_files(const LayerWalk *walk, const FolderOpener *opener, const Str *paths,
                               size_t count, Error *err);
