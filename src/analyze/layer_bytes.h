/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/ring.h"
#include "archive/codec.h"
#include "base/hash.h"
#include "sources/source.h"

/* One layer's bytes on their way: stored -> hashed (digest) -> decoded -> hashed (diff_id) -> tar.
 * A layer that is stored plain is hashed once. Decoding cannot be cut in two; where it takes
 * longer than the rest it has a thread to itself, between one that reads and hashes what is stored
 * and one that hashes and walks what comes out. */
typedef struct LayerBytes {
    FileStream file;
    HashStream stored, plain;
    Hash stored_hash, plain_hash;
    Stream *source;  /* stored, or a ring ahead of it */
    Stream *decoded; /* by codec_open */
    Stream *ahead;   /* decoded, or a ring ahead of it */
    Stream *tar;     /* read this */
    bool compressed;
} LayerBytes;

/* `ahead`: with threads of its own. Lives on the arena and in *out, which must not move. */
MUST_USE bool layer_bytes_open(LayerBytes *out, const ImageLayer *layer, bool ahead, Arena *arena,
                               const Limits *limits, Error *err);
/* Reads what is left, so that the digests are those of the whole. */
MUST_USE bool layer_bytes_finish(LayerBytes *bytes, Digest *stored, Digest *diff_id, Error *err);
void layer_bytes_close(LayerBytes *bytes);

/* The digest of a layer as it is stored, without decoding it. */
MUST_USE bool layer_digest(const ImageLayer *layer, HashKind kind, Digest *out, Error *err);
