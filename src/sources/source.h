/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <time.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/stream.h"
#include "model/inventory.h"

/* Where bytes come from. The work is cut in two: source_locate runs in the collector, which may
 * open what the user named but parses nothing of it; image_open runs in the sandboxed child, which
 * parses and holds nothing but descriptors of regular files. */

typedef enum SourceKind {
    SOURCE_FILE,    /* one regular file: an archive, a layout or a root file system, in a tar */
    SOURCE_DIR,     /* one folder: an OCI layout or a root file system */
    SOURCE_OVERLAY, /* an engine's own layer folders, lowest first */
} SourceKind;

/* For whoever may open nothing: gives regular files of the folder by their clean paths, links followed
 * inside it; -1 where there is none. At most SOURCE_BATCH at once: to ask costs more than to open. */
enum { SOURCE_BATCH = 64 };
typedef struct SourceOpener {
    void *self;
    void (*open)(void *self, const Str *paths, size_t count, Fd *out);
} SourceOpener;

typedef struct SourceInput {
    SourceKind kind;
    Str name;       /* as the user wrote it */
    Str platform;   /* "linux/arm64/v8", or empty: this machine's */
    bool engine;    /* a container engine handed it over: a wrong digest refuses the image */
    Vec(Fd) fds;    /* the file or folder; for SOURCE_OVERLAY one a layer, which source_complete
                     * opens. A child has no folder: */
    size_t folders; /* how many the collector holds for it, */
    SourceOpener opener; /* and who opens what lies in the only one of SOURCE_DIR */
    Fd scratch;   /* SOURCE_FILE: an unlinked file that a compressed archive is unfolded into */
    Str inspect;  /* SOURCE_OVERLAY: the engine's answers, JSON */
    Str history;  /* source_complete */
    Str image_id; /* SOURCE_OVERLAY: what the engine calls the content, "sha256:..." */
    Str socket;   /* of the engine */
    Str evidence; /* what its answer rests on (engines/engine.h); of a source_answer */
    StrVec paths; /* SOURCE_OVERLAY: of its folders */
} SourceInput;

/* Finds TARGET: "-" is a tar on standard input, an existing path a file or folder, anything else an
 * image of a local engine. ERR_ABSENT if it is none of them; the message says what was tried. */
MUST_USE bool source_locate(Str target, Str platform, Arena *arena, SourceInput *out, Error *err);
/* The same in steps for an image of an engine, for who knows what TARGET stood for the last time or has
 * something to do while the engine thinks. source_is_image opens nothing; it is false where TARGET is
 * something else or no engine is there. source_ask is false where none listens. The answer closes what
 * the question opened. */
typedef struct SourceQuestion {
    Str target, platform;
    Str socket;             /* where it would be asked, then where it was */
    struct timespec before; /* CLOCK_REALTIME */
    Fd asked;
} SourceQuestion;
MUST_USE bool source_is_image(Str target, Str platform, Arena *arena, SourceQuestion *out);
/* Would the answer be the one that this evidence is of? */
MUST_USE bool source_stands(const SourceQuestion *question, Str evidence, Arena *arena);
MUST_USE bool source_ask(SourceQuestion *question, Arena *arena);
MUST_USE bool source_answer(SourceQuestion *question, Arena *arena, SourceInput *out, Error *err);
/* Gets what only those need who read the image: who knows its content already does without. Where the
 * folders of an engine may not be opened, the input becomes the file that the engine makes of it. */
MUST_USE bool source_complete(SourceInput *input, Arena *arena, Error *err);
void source_close(SourceInput *input);

typedef struct ImageLayer {
    bool folder;  /* one of the collector's, of the layer's own number; else a range of a file */
    bool overlay; /* a folder with overlay2's whiteouts */
    Fd fd;        /* of a file; owned by the SourceInput or by the Image (see owned) */
    bool owned;
    uint64_t offset, size;
    bool missing; /* the configuration names it, the archive does not hold it */
} ImageLayer;

/* What an image says of itself; its layers' bytes are not read yet. */
typedef struct Image {
    Subject subject;        /* layers: diff_id as claimed, lowest first */
    Vec(ImageLayer) layers; /* one for each of subject.layers */
    bool strict;     /* blob digests bind: a wrong one is an error, not a line in incomplete */
    bool verifiable; /* false: nothing says what the bytes should be, or it cannot be checked */
    NoteVec notes, incomplete;
} Image;

/* ERR_FORMAT for what is no image and no root file system, ERR_DIGEST for a wrong blob (both
 * digests named). Strings live on the arena. */
MUST_USE bool image_open(const SourceInput *input, Arena *arena, const Limits *limits, Image *out,
                         Error *err);
void image_close(Image *image);

/* A row of the list of source formats. */
typedef struct BlobStore BlobStore;
typedef struct SourceFormat {
    const char *name, *summary, *spec;
    SourceKind kind;
    /* Looks at what is there; the first row that matches opens it. */
    bool (*matches)(BlobStore *store);
    bool (*open)(const SourceInput *input, BlobStore *store, Arena *arena, const Limits *limits,
                 Image *out, Error *err);
} SourceFormat;
const SourceFormat *const *source_formats(size_t *count);
