/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/limits.h"
#include "base/stream.h"

/* A way in which a layer may be compressed, known by its first bytes. */
typedef struct Codec {
    const char *name, *summary, *spec;
    bool (*matches)(Str head);
    bool slow;                   /* decoding takes longer than hashing what comes out */
    const struct Driver *driver; /* archive/decoder.h; NULL: the bytes are what they are */
} Codec;

enum { CODEC_COUNT = 5, CODEC_HEAD = 6 };
extern const Codec *const codecs[CODEC_COUNT]; /* the last is plain and matches everything */

/* By the first CODEC_HEAD bytes, or all if there are fewer. */
const Codec *codec_find(Str head);

/* Looks at the first bytes of `inner` and gives a stream of what they stand for. Members or frames
 * that follow each other are one stream, zeros between and after them are passed over; other bytes
 * after the last are ignored where the codec's own tool does so. Input that stops short is
 * ERR_FORMAT, more than limits->layer_bytes or limits->ratio ERR_LIMIT, and either error stays.
 *
 * *out lives on the arena, as do its buffers (128 KiB); it reads from `inner` and does not close
 * it. stream_close gives back what the codec's library took. Reads of 64 KiB and more are decoded
 * right into the reader's buffer. */
MUST_USE bool codec_open(Arena *arena, Stream *inner, const Limits *limits, Stream **out,
                         const Codec **which, Error *err);

/* Opens what codec_open needs; for who will call it behind a sandbox. ERR_UNSUPPORTED if it is not
 * installed. */
MUST_USE bool codec_prepare(Error *err);

/* The checksum of gzip and zip, over several pieces: starts at 0. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len);
