/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/layer_bytes.h"

/* All slots, what decodes gzip and what a tar is read with fit into one huge page. */
enum { STORED_SLOTS = 3, PLAIN_SLOTS = 4 };

void layer_lanes_init(LayerLanes *lanes, Lanes *all, bool eager)
{
    *lanes = (LayerLanes){.all = all, .arena.eager = eager};
}

/* Layers that are folders have no use for them. */
static void lanes_ready(LayerLanes *lanes)
{
    if (lanes->ready)
        return;
    lane_init(&lanes->plain, lanes->all, PLAIN_SLOTS, &lanes->arena);
    lane_init(&lanes->stored, lanes->all, STORED_SLOTS, &lanes->arena);
    lanes->mark = arena_mark(&lanes->arena);
    lanes->ready = true;
}

void layer_lanes_fini(LayerLanes *lanes)
{
    if (lanes->ready) {
        lane_fini(&lanes->stored);
        lane_fini(&lanes->plain);
    }
    arena_fini(&lanes->arena);
}

bool layer_bytes_reopen(LayerBytes *out, const ImageLayer *layer, LayerLanes *lanes,
                        const Limits *limits, Error *err)
{
    const Codec *codec;
    lanes_ready(lanes);
    *out = (LayerBytes){.lanes = lanes};
    file_stream_init(&out->file, layer->fd, layer->offset, layer->size);
    if (!lane_open(&lanes->stored, &out->file.stream, err) ||
        !codec_open(&lanes->arena, &lanes->stored.stream, limits, &out->decoded, &codec, err))
        return false;
    out->compressed = codec != codecs[CODEC_COUNT - 1];
    out->tar = out->decoded;
    return true;
}

bool layer_bytes_open(LayerBytes *out, const ImageLayer *layer, LayerLanes *lanes,
                      const Limits *limits, Error *err)
{
    if (!layer_bytes_reopen(out, layer, lanes, limits, err))
        return false;
    if (!out->compressed)
        return true;
    out->tar = &lanes->plain.stream;
    return lane_open(&lanes->plain, out->decoded, err);
}

bool layer_bytes_share(LayerBytes *bytes, void (*consume)(void *context), void *context)
{
    Lane *plain = &bytes->lanes->plain;
    if (!bytes->compressed || !lanes_have_help(plain->lanes))
        return false;
    lane_share(plain, &bytes->lanes->stored);
    lanes_hand_over(plain->lanes, consume, context);
    lane_pump(plain);
    lanes_await(plain->lanes);
    return true;
}

void layer_bytes_stop(LayerBytes *bytes)
{
    lane_stop(&bytes->lanes->plain);
}

bool layer_bytes_finish(LayerBytes *bytes, Digest *stored, Digest *diff_id, Error *err)
{
    if (!stream_drain(bytes->tar, err) ||
        (bytes->compressed && !lane_finish(&bytes->lanes->plain, diff_id, err)) ||
        !lane_finish(&bytes->lanes->stored, stored, err))
        return false;
    if (!bytes->compressed)
        *diff_id = *stored;
    return true;
}

bool layer_bytes_prove(LayerBytes *bytes, Digest *stored, Error *err)
{
    return lane_finish(&bytes->lanes->stored, stored, err);
}

void layer_bytes_close(LayerBytes *bytes)
{
    LayerLanes *lanes = bytes->lanes;
    lane_close(&lanes->plain);
    lane_close(&lanes->stored);
    stream_close(bytes->decoded);
    bytes->decoded = NULL;
    arena_reset(&lanes->arena, lanes->mark);
}

bool layer_digest(const ImageLayer *layer, LayerLanes *lanes, Digest *out, Error *err)
{
    FileStream file;
    lanes_ready(lanes);
    file_stream_init(&file, layer->fd, layer->offset, layer->size);
    return lane_open(&lanes->stored, &file.stream, err) && lane_finish(&lanes->stored, out, err);
}

bool layer_digest_of(const ImageLayer *layer, HashKind kind, const Digest *same, Digest *out,
                     Error *err)
{
    FileStream file;
    HashStream known, wanted;
    Hash known_hash, wanted_hash;
    file_stream_init(&file, layer->fd, layer->offset, layer->size);
    if (!hash_init(&known_hash, same->kind, err) || !hash_init(&wanted_hash, kind, err))
        return false;
    hash_stream_init(&known, &file.stream, &known_hash);
    hash_stream_init(&wanted, &known.stream, &wanted_hash);
    if (!stream_drain(&wanted.stream, err))
        return false;
    *out = hash_final(&wanted_hash);
    const Digest again = hash_final(&known_hash);
    return digest_eq(&again, same) ||
           error_set(err, ERR_DIGEST, "its content changed while it was read");
}
