/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/lane.h"
#include "archive/codec.h"
#include "sources/source.h"

/* What a thread reads layers with, one after the other. */
typedef struct LayerLanes {
    Lanes *all;
    Lane stored, plain;
    Arena arena; /* the lanes', and what the layer that is being read is decoded and walked with: */
    ArenaMark mark; /* it begins here */
    bool ready;     /* the lanes are there */
} LayerLanes;

/* `eager` (base/arena.h): for who reads most of the image. */
void layer_lanes_init(LayerLanes *lanes, Lanes *all, bool eager);
void layer_lanes_fini(LayerLanes *lanes);

/* One layer's bytes on their way: stored -> hashed (digest) -> decoded -> hashed (diff_id) -> tar.
 * A layer that is stored plain is hashed once. */
typedef struct LayerBytes {
    FileStream file;
    LayerLanes *lanes;
    Stream *decoded; /* by codec_open */
    Stream *tar;     /* read this */
    bool compressed;
} LayerBytes;

/* Lives on the lanes and in *out, which must not move. Closed whatever comes back. */
MUST_USE bool layer_bytes_open(LayerBytes *out, const ImageLayer *layer, LayerLanes *lanes,
                               const Limits *limits, Error *err);
/* False, and nothing done, where no thread would take `consume` or nothing is decoded. Else it is run by
 * another thread, from the first byte on, while this one decodes, and has ended when this comes back. */
MUST_USE bool layer_bytes_share(LayerBytes *bytes, void (*consume)(void *context), void *context);
/* The last word of whoever consumes. */
void layer_bytes_stop(LayerBytes *bytes);
/* Reads what is left, so that the digests are those of the whole. */
MUST_USE bool layer_bytes_finish(LayerBytes *bytes, Digest *stored, Digest *diff_id, Error *err);
/* For a second look: only what is stored is hashed, and layer_bytes_prove takes the digest of all of
 * it, however little of the tar was wanted. */
MUST_USE bool layer_bytes_reopen(LayerBytes *out, const ImageLayer *layer, LayerLanes *lanes,
                                 const Limits *limits, Error *err);
MUST_USE bool layer_bytes_prove(LayerBytes *bytes, Digest *stored, Error *err);
void layer_bytes_close(LayerBytes *bytes);

/* The SHA-256 of a layer as it is stored, without decoding it. */
MUST_USE bool layer_digest(const ImageLayer *layer, LayerLanes *lanes, Digest *out, Error *err);
/* That of another kind. ERR_DIGEST if the SHA-256 of what it read is not `same`: then it is that of
 * other bytes. */
MUST_USE bool layer_digest_of(const ImageLayer *layer, HashKind kind, const Digest *same,
                              Digest *out, Error *err);
