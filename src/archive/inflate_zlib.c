/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "archive/decoder.h"

static void *inflate_open(Arena *arena, int bits)
{
    z_stream *z = arena_new(arena, z_stream);
    return inflateInit2(z, bits) == Z_OK ? z : NULL;
}

static void *gzip_open(Arena *arena)
{
    return inflate_open(arena, 15 + 16);
}

static void *raw_open(Arena *arena)
{
    return inflate_open(arena, -15);
}

static uInt at_most(size_t len)
{
    return len < UINT32_MAX / 2 ? (uInt)len : UINT32_MAX / 2;
}

static Step inflate_step(void *state, Window *w, const char **why)
{
    z_stream *z = state;
    uInt in = at_most(w->in_len), out = at_most(w->out_len);
    z->next_in = window_in(w);
    z->avail_in = in;
    z->next_out = w->out;
    z->avail_out = out;
    int code = inflate(z, Z_NO_FLUSH);
    w->in += in - z->avail_in;
    w->in_len -= in - z->avail_in;
    w->out += out - z->avail_out;
    w->out_len -= out - z->avail_out;
    if (code == Z_STREAM_END)
        return STEP_END;
    if (code == Z_OK || code == Z_BUF_ERROR)
        return STEP_ON;
    *why = z->msg ? z->msg : "is damaged";
    return STEP_BAD;
}

static bool inflate_again(void *state)
{
    return inflateReset(state) == Z_OK;
}

static void inflate_close(void *state)
{
    inflateEnd(state);
}

const Driver inflate_gzip = {.open = gzip_open,
                             .step = inflate_step,
                             .again = inflate_again,
                             .close = inflate_close,
                             .ignores_garbage = true};
const Driver inflate_raw = {.open = raw_open,
                            .step = inflate_step,
                            .again = inflate_again,
                            .close = inflate_close,
                            .single = true};

bool codec_prepare(Error *err)
{
    (void)err;
    return true;
}

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len)
{
    return (uint32_t)crc32_z(crc, bytes, len);
}
