/* SPDX-License-Identifier: Apache-2.0 */
#include <bzlib.h>

#include "archive/decoder.h"

static bool bzip2_matches(Str head)
{
    return str_starts(head, STR("BZh")) && str_at(head, 3) >= '1' && str_at(head, 3) <= '9';
}

static void *bzip2_open(Arena *arena)
{
    bz_stream *state = arena_new(arena, bz_stream);
    return BZ2_bzDecompressInit(state, 0, 0) == BZ_OK ? state : NULL;
}

static void bzip2_close(void *state)
{
    BZ2_bzDecompressEnd(state);
}

static bool bzip2_again(void *state)
{
    BZ2_bzDecompressEnd(state);
    *(bz_stream *)state = (bz_stream){0};
    return BZ2_bzDecompressInit(state, 0, 0) == BZ_OK;
}

static unsigned at_most(size_t len)
{
    return len < UINT32_MAX / 2 ? (unsigned)len : UINT32_MAX / 2;
}

static Step bzip2_step(void *state, Window *w, const char **why)
{
    bz_stream *bz = state;
    unsigned in = at_most(w->in_len), out = at_most(w->out_len);
    (void)why;
    bz->next_in = (char *)window_in(w);
    bz->avail_in = in;
    bz->next_out = (char *)w->out;
    bz->avail_out = out;
    int code = BZ2_bzDecompress(bz);
    w->in += in - bz->avail_in;
    w->in_len -= in - bz->avail_in;
    w->out += out - bz->avail_out;
    w->out_len -= out - bz->avail_out;
    if (code == BZ_STREAM_END)
        return STEP_END;
    return code == BZ_OK ? STEP_ON : STEP_BAD;
}

static const Driver driver = {.open = bzip2_open,
                              .step = bzip2_step,
                              .again = bzip2_again,
                              .close = bzip2_close,
                              .ignores_garbage = true};

const Codec codec_bzip2 = {
    .name = "bzip2",
    .summary = "bzip2 streams",
    .spec = "https://sourceware.org/bzip2/manual/manual.html",
    .matches = bzip2_matches,
    .slow = true,
    .driver = &driver,
};
