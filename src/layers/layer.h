/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fd.h"
#include "base/limits.h"
#include "base/stream.h"

/* One layer: its entries as a list, and the bytes of those files that somebody wants. Of a layer
 * that is a folder see layers/folder.h. */
typedef enum LayerEntryKind {
    LAYER_FILE,
    LAYER_DIR,
    LAYER_SYMLINK,
    LAYER_HARDLINK,
    LAYER_WHITEOUT, /* hides `path` of the layers below */
    LAYER_OPAQUE,   /* hides what the folder `path` holds in the layers below */
    LAYER_OTHER,    /* devices, pipes, sockets: listed, otherwise ignored */
} LayerEntryKind;

typedef struct LayerEntry {
    Str path; /* as inside the image: relative, clean (archive/path.h) */
    Str link; /* of a symlink as written, of a hard link a clean path */
    uint64_t size;
    uint32_t mode; /* permission bits; with `size` 0 for files in a folder that nobody wanted */
    LayerEntryKind kind;
} LayerEntry;

/* The entries in the order of the layer; paths and links live on the arena of the walk. Of several
 * with one path the last holds (layers/tree.h sees to it). */
typedef struct LayerIndex {
    Vec(LayerEntry *) chunks;
    size_t len;
} LayerIndex;

const LayerEntry *layer_index_at(const LayerIndex *index, size_t i);
LayerEntry *layer_index_get(LayerIndex *index, size_t i);
LayerEntry *layer_index_push(Arena *arena, LayerIndex *index);

/* Whether a visitor wants a file: decided by its name, or only with a look at its first bytes. */
typedef enum LayerInterest { LAYER_SKIP, LAYER_PEEK, LAYER_TAKE } LayerInterest;

enum { LAYER_HEAD = 512 };
/* What is longer than LAYER_LONG may be judged by its first and last bytes. */
enum { LAYER_LONG = 4 << 20, LAYER_LONG_HEAD = 4096, LAYER_TAIL = 256 << 10 };

/* Who looks on. Entries and bytes are lent for the call. All but `bytes` may be NULL. */
typedef struct LayerVisitor {
    void *self;
    /* Asked for each regular file of a tar; NULL: LAYER_PEEK for all. */
    LayerInterest (*interest)(void *self, const LayerEntry *entry);
    /* After LAYER_PEEK: the first LAYER_HEAD bytes, or all if there are fewer. NULL: yes. In a
     * folder entry->size and ->mode are not known yet. */
    bool (*wants)(void *self, const LayerEntry *entry, Str head);
    /* Of what is wanted by its first bytes, where the file can be read at any place (`file`, lent):
     * whether to read all of it. NULL: yes. */
    bool (*worth)(void *self, const LayerEntry *entry, Str head, Fd file);
    /* Of what is wanted by its first bytes, longer than LAYER_LONG and in a tar, so that it would
     * have to be gathered: whether its last LAYER_TAIL bytes say if it is worth that, as far as its
     * first LAYER_LONG_HEAD (`head`) show. Then it is not read, `tail` is shown both, and whoever
     * needs the file walks the layer once more. NULL: no. */
    bool (*has_tail)(void *self, const LayerEntry *entry, Str head);
    void (*tail)(void *self, const LayerEntry *entry, Str head, Str tail);
    /* All of a wanted file, up to limits->file_bytes. */
    bool (*bytes)(void *self, const LayerEntry *entry, Str bytes, Error *err);
    /* A wanted file that is larger: nothing of it was read. */
    void (*oversize)(void *self, const LayerEntry *entry, uint64_t limit);
    /* Something odd in the layer that a report should name. `offset` is in the uncompressed tar, 0
     * in a directory. `incomplete`: something was not examined. */
    void (*note)(void *self, Str path, uint64_t offset, const char *what, bool incomplete);
} LayerVisitor;

typedef struct LayerWalk {
    const Limits *limits;
    Arena *arena;      /* for the index */
    uint64_t *entries; /* met so far in the whole image; ERR_LIMIT beyond limits->entries */
    const LayerVisitor *visitor; /* NULL: the index alone */
    Arena *scratch;              /* for what is needed meanwhile, of a tar; NULL: one of its own */
} LayerWalk;

/* Walks a tar that is already decoded. After an error *out holds what came before it.
 * Whiteouts: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
MUST_USE bool layer_walk_tar(const LayerWalk *walk, Stream *tar, LayerIndex *out, Error *err);
