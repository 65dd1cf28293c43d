/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "archive/codec.h"

/* Inside src/archive: one loop (codec.c) feeds every library; a driver is what differs. */

/* Input not yet consumed and room for output; a step moves both on. */
typedef struct Window {
    const uint8_t *in;
    size_t in_len;
    uint8_t *out;
    size_t out_len;
} Window;

typedef enum Step {
    STEP_ON,    /* consumed, wrote, or needs more of either */
    STEP_END,   /* of a member or frame; the next input byte is behind it */
    STEP_BAD,   /* *why says what is wrong with the input */
    STEP_LIMIT, /* it asks for more memory than we give; *why says so */
} Step;

typedef struct Driver {
    void *(*open)(Arena *arena); /* ready for the first member; NULL: the library has no memory */
    Step (*step)(void *state, Window *window, const char **why);
    bool (*again)(void *state); /* ready for the next member */
    void (*close)(void *state); /* may be NULL */
    bool ignores_garbage;       /* behind the last member */
    bool single;                /* one member is all there is */
} Driver;

typedef struct Decoder {
    Stream stream;
    Stream *inner;
    const char *name;
    const Codec *codec;
    const Driver *driver;
    const Limits *limits;
    void *state;
    const uint8_t *in;     /* the buffer, or what `inner` lent */
    uint8_t *buffer, *out; /* DECODER_BUFFER bytes each */
    size_t in_at, in_len, out_at, out_len;
    uint64_t taken, given; /* bytes from `inner` and to the reader */
    bool in_end, inside, done;
    Error failure;
} Decoder;

enum { DECODER_BUFFER = 64 << 10 };

/* For libraries that only read what they take as if they wrote to it. */
static inline uint8_t *window_in(const Window *w)
{
    const union {
        const uint8_t *in;
        uint8_t *out;
    } bytes = {.in = w->in};
    return bytes.out;
}

/* `driver` may be NULL for plain. */
void decoder_init(Decoder *d, Arena *arena, Stream *inner, const char *name, const Driver *driver,
                  const Limits *limits);
/* Starts over on another input; the state and the buffers are used again. */
MUST_USE bool decoder_restart(Decoder *d, Stream *inner, Error *err);

extern const Codec codec_gzip, codec_zstd, codec_xz, codec_bzip2, codec_plain;

/* inflate_isal.c or inflate_zlib.c */
extern const Driver inflate_gzip, inflate_raw;
