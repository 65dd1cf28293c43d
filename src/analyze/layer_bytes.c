/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/layer_bytes.h"

/* For how the work is shared out, nothing else. */
static bool is_slow(const ImageLayer *layer)
{
    char head[CODEC_HEAD];
    size_t got = 0, want = layer->size < sizeof head ? (size_t)layer->size : sizeof head;
    return fd_pread(layer->fd, head, want, layer->offset, &got, NULL) &&
           codec_find(str_of(head, got))->slow;
}

bool layer_bytes_open(LayerBytes *out, const ImageLayer *layer, bool ahead, Arena *arena,
                      const Limits *limits, Error *err)
{
    const Codec *codec;
    *out = (LayerBytes){0};
    file_stream_init(&out->file, layer->fd, layer->offset, layer->size);
    if (!hash_init(&out->stored_hash, HASH_SHA256, err) ||
        !hash_init(&out->plain_hash, HASH_SHA256, err))
        return false;
    hash_stream_init(&out->stored, &out->file.stream, &out->stored_hash);
    bool two = ahead && is_slow(layer);
    out->source = two ? ring_open(arena, &out->stored.stream) : &out->stored.stream;
    if (!codec_open(arena, out->source, limits, &out->decoded, &codec, err))
        return false;
    out->compressed = codec != codecs[CODEC_COUNT - 1];
    out->ahead = ahead ? ring_open(arena, out->decoded) : out->decoded;
    out->tar = out->ahead;
    if (out->compressed) {
        hash_stream_init(&out->plain, out->ahead, &out->plain_hash);
        out->tar = &out->plain.stream;
    }
    return true;
}

bool layer_bytes_finish(LayerBytes *bytes, Digest *stored, Digest *diff_id, Error *err)
{
    if (!stream_drain(bytes->tar, err) || !stream_drain(bytes->source, err))
        return false;
    *stored = hash_final(&bytes->stored_hash);
    *diff_id = bytes->compressed ? hash_final(&bytes->plain_hash) : *stored;
    return true;
}

void layer_bytes_close(LayerBytes *bytes)
{
    if (bytes->ahead != bytes->decoded)
        stream_close(bytes->ahead);
    stream_close(bytes->decoded);
    if (bytes->source != &bytes->stored.stream)
        stream_close(bytes->source);
    bytes->ahead = bytes->decoded = bytes->source = NULL;
}

bool layer_digest(const ImageLayer *layer, HashKind kind, Digest *out, Error *err)
{
    FileStream file;
    HashStream hashed;
    Hash hash;
    file_stream_init(&file, layer->fd, layer->offset, layer->size);
    if (!hash_init(&hash, kind, err))
        return false;
    hash_stream_init(&hashed, &file.stream, &hash);
    if (!stream_drain(&hashed.stream, err))
        return false;
    *out = hash_final(&hash);
    return true;
}
