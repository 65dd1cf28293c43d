/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/codec.h"

#include <string.h>

#include "archive/decoder.h"

static bool plain_matches(Str head)
{
    (void)head;
    return true;
}

const Codec codec_plain = {
    .name = "plain",
    .summary = "not compressed",
    .spec = "https://github.com/opencontainers/image-spec/blob/main/layer.md",
    .matches = plain_matches,
};

const Codec *const codecs[CODEC_COUNT] = {&codec_gzip, &codec_zstd, &codec_xz, &codec_bzip2,
                                          &codec_plain};

const Codec *codec_find(Str head)
{
    size_t row = 0;
    while (!codecs[row]->matches(head))
        row++;
    return codecs[row];
}

static size_t move_out(Decoder *d, void *into, size_t cap)
{
    size_t len = d->out_len - d->out_at < cap ? d->out_len - d->out_at : cap;
    memmove(into, d->out + d->out_at, len);
    d->out_at += len;
    return len;
}

static bool input_lend(Decoder *d, Error *err)
{
    Str lent;
    if (!d->inner->lend(d->inner, &lent, err))
        return false;
    d->in = lent.len ? (const uint8_t *)lent.ptr : d->buffer;
    d->in_at = 0;
    d->in_len = lent.len;
    d->in_end = lent.len == 0;
    d->taken += lent.len;
    return true;
}

/* Makes the input hold `need` bytes, fewer only at its end: where they lie, or in the buffer. */
static bool input_fill(Decoder *d, size_t need, Error *err)
{
    bool lends = d->in_at == d->in_len && !d->in_end && d->inner->lend;
    if (lends && !input_lend(d, err))
        return false;
    size_t held = d->in_len - d->in_at;
    if (held >= need || d->in_end)
        return true;
    if (held)
        memmove(d->buffer, d->in + d->in_at, held);
    d->in = d->buffer;
    d->in_at = 0;
    d->in_len = held;
    while (d->in_len < need && !d->in_end) {
        size_t got;
        if (!stream_read(d->inner, d->buffer + d->in_len, DECODER_BUFFER - d->in_len, &got, err))
            return false;
        d->in_end = got == 0;
        d->in_len += got;
        d->taken += got;
    }
    return true;
}

static Str input_peek(const Decoder *d)
{
    return str_of(d->in + d->in_at, d->in_len - d->in_at);
}

static bool limits_check(const Decoder *d, Error *err)
{
    const Limits *limits = d->limits;
    uint64_t taken = d->taken - (d->in_len - d->in_at);
    if (d->given > limits->layer_bytes)
        return error_set(err, ERR_LIMIT, "%s: holds more than %llu bytes", d->name,
                         (unsigned long long)limits->layer_bytes);
    if (d->driver && d->given > limits->ratio_floor && d->given / limits->ratio > taken)
        return error_set(err, ERR_LIMIT, "%s: inflates more than %llu-fold", d->name,
                         (unsigned long long)limits->ratio);
    return true;
}

/* Between members: zeros are padding, another member goes on, anything else ends the stream. */
static bool member_begin(Decoder *d, Error *err)
{
    for (;;) {
        if (!input_fill(d, 1, err))
            return false;
        if (d->in_at == d->in_len || d->driver->single) {
            d->done = true;
            return true;
        }
        if (d->in[d->in_at] != 0)
            break;
        d->in_at++;
    }
    if (!input_fill(d, CODEC_HEAD, err))
        return false;
    if (!d->codec->matches(input_peek(d))) {
        d->done = true;
        return d->driver->ignores_garbage ||
               error_set(err, ERR_FORMAT, "%s: garbage behind the last frame", d->name);
    }
    d->inside = true;
    return d->driver->again(d->state) ||
           error_set(err, ERR_FORMAT, "%s: cannot start another member", d->name);
}

static bool step_fail(const Decoder *d, ErrorCode code, const char *why, Error *err)
{
    return error_set(err, code, "%s: %s near compressed byte %llu", d->name, why,
                     (unsigned long long)(d->taken - (d->in_len - d->in_at)));
}

/* One turn of the driver. */
static bool member_step(Decoder *d, uint8_t *into, size_t cap, size_t *got, Error *err)
{
    if (d->in_at == d->in_len && !input_fill(d, 1, err))
        return false;
    size_t left = d->in_len - d->in_at;
    Window w = {d->in + d->in_at, left, into, cap};
    const char *why = "is damaged";
    Step step = d->driver->step(d->state, &w, &why);
    d->in_at += left - w.in_len;
    *got = cap - w.out_len;
    if (step == STEP_BAD || step == STEP_LIMIT)
        return step_fail(d, step == STEP_LIMIT ? ERR_LIMIT : ERR_FORMAT, why, err);
    if (step == STEP_END)
        d->inside = false;
    else if (*got == 0 && w.in_len == left && left == 0 && d->in_end)
        return error_set(err, ERR_FORMAT, "%s: ends early", d->name);
    else if (*got == 0 && w.in_len == left && left != 0)
        return step_fail(d, ERR_FORMAT, "is damaged", err);
    return true;
}

/* *got 0 is the end. */
static bool decode(Decoder *d, uint8_t *into, size_t cap, size_t *got, Error *err)
{
    *got = 0;
    while (*got == 0 && !d->done)
        if (!(d->inside ? member_step(d, into, cap, got, err) : member_begin(d, err)))
            return false;
    d->given += *got;
    return limits_check(d, err);
}

static bool decoder_fail(Decoder *d, Error *err)
{
    if (err)
        *err = d->failure;
    return false;
}

static bool decoder_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Decoder *d = (Decoder *)self;
    if (d->failure.code)
        return decoder_fail(d, err);
    if (d->out_at == d->out_len && cap >= DECODER_BUFFER)
        return decode(d, into, cap, got, &d->failure) || decoder_fail(d, err);
    if (d->out_at == d->out_len) {
        d->out_at = 0;
        if (!decode(d, d->out, DECODER_BUFFER, &d->out_len, &d->failure)) {
            d->out_len = 0;
            return decoder_fail(d, err);
        }
    }
    *got = move_out(d, into, cap);
    return true;
}

static bool plain_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    Decoder *d = (Decoder *)self;
    size_t held = d->in_len - d->in_at;
    if (held) {
        *got = held < cap ? held : cap;
        memmove(into, d->in + d->in_at, *got);
        d->in_at += *got;
    } else if (!stream_read(d->inner, into, cap, got, err)) {
        return false;
    }
    d->given += *got;
    return limits_check(d, err);
}

static bool plain_skip(Stream *self, uint64_t len, Error *err)
{
    Decoder *d = (Decoder *)self;
    size_t held = d->in_len - d->in_at;
    size_t first = held < len ? held : (size_t)len;
    d->in_at += first;
    d->given += first;
    if (first == len)
        return true;
    if (!stream_skip(d->inner, len - first, err))
        return false;
    d->given += len - first;
    return limits_check(d, err);
}

static void decoder_close(Stream *self)
{
    Decoder *d = (Decoder *)self;
    if (d->state && d->driver->close)
        d->driver->close(d->state);
    d->state = NULL;
    d->done = true;
}

void decoder_init(Decoder *d, Arena *arena, Stream *inner, const char *name, const Driver *driver,
                  const Limits *limits)
{
    *d = (Decoder){.stream = {.read = decoder_read, .close = decoder_close},
                   .inner = inner,
                   .name = name,
                   .driver = driver,
                   .limits = limits,
                   .inside = true};
    d->in = d->buffer = (uint8_t *)arena_bytes(arena, DECODER_BUFFER);
    if (driver)
        d->out = (uint8_t *)arena_bytes(arena, DECODER_BUFFER);
}

bool decoder_restart(Decoder *d, Stream *inner, Error *err)
{
    d->inner = inner;
    d->in_at = d->in_len = d->out_at = d->out_len = 0;
    d->taken = d->given = 0;
    d->in_end = d->done = false;
    d->inside = true;
    d->failure = (Error){0};
    return d->driver->again(d->state) || error_set(err, ERR_INTERNAL, "%s: cannot start", d->name);
}

bool codec_open(Arena *arena, Stream *inner, const Limits *limits, Stream **out,
                const Codec **which, Error *err)
{
    Decoder *d = arena_new(arena, Decoder);
    decoder_init(d, arena, inner, "plain", NULL, limits);
    if (!input_fill(d, CODEC_HEAD, err))
        return false;
    d->codec = codec_find(input_peek(d));
    d->name = d->codec->name;
    d->driver = d->codec->driver;
    if (d->driver) {
        d->out = (uint8_t *)arena_bytes(arena, DECODER_BUFFER);
        d->state = d->driver->open(arena);
        if (!d->state)
            return error_set(err, ERR_INTERNAL, "%s: the decoder cannot start", d->name);
    } else {
        d->stream.read = plain_read;
        d->stream.skip = inner->skip ? plain_skip : NULL;
    }
    if (which)
        *which = d->codec;
    *out = &d->stream;
    return true;
}
