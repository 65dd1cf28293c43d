/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "analyze/layer_bytes.h"
#include "inventory/assemble.h"

/* Reading one layer: all that a thread needs, so that layers can be read beside each other. */
typedef struct LayerWork {
    const ImageLayer *layer;
    Layer *meta; /* diff_id and digest as claimed; diff_id is replaced by what it is */
    const Limits *limits;
    Str name;              /* for messages: "layer 2 (sha256:...)" */
    Str cached;            /* what the cache has for it; empty: nothing */
    bool strict;           /* its digest binds */
    LayerLanes *lanes;     /* of the thread that runs it */
    struct Parent *parent; /* who hears of it, and opens the files of a folder */
    uint32_t number;       /* what it is there */
    Arena arena;           /* of everything below */
    LayerIndex index;
    LayerResult result;
    uint64_t entries;
    Str trouble;   /* why the layer as a whole is not what it should be; empty: it is */
    Digest stored; /* of the bytes that index and result are of; only if `proved` */
    bool proved;
    bool complete; /* read to its end, and what it claims to be: may be kept in the cache */
    bool ok;
    Error err; /* where not ok */
} LayerWork;

/* Fills index and result. What is wrong with the layer as a whole is `trouble`, and what was read
 * before it counts; not ok is left for our own trouble and for a digest that binds and does not hold. */
void layer_work_run(LayerWork *work);
void layer_work_fini(LayerWork *work);

/* Reads the layer again for the few files that only a link names. What it does not find as it was is
 * `trouble`, or an error where a digest binds. */
MUST_USE bool layer_work_again(LayerWork *work, const MissingFileVec *files, uint32_t number,
                               Error *err);

/* Index, result and diff_id, as the cache keeps them under the layer's digest. */
void layer_work_encode(const LayerWork *work, Buf *out);
