/* SPDX-License-Identifier: Apache-2.0 */
#include <lzma.h>

#include "archive/decoder.h"

/* `xz -9` needs 65 MiB; a dictionary for which this is not enough is refused. */
#define MEMORY_MAX (UINT64_C(256) << 20)

static bool xz_matches(Str head)
{
    return str_starts(head, STR("\xfd"
                                "7zXZ\0"));
}

static bool xz_again(void *state)
{
    return lzma_stream_decoder(state, MEMORY_MAX, 0) == LZMA_OK;
}

static void *xz_open(Arena *arena)
{
    lzma_stream *state = arena_new(arena, lzma_stream);
    return xz_again(state) ? state : NULL;
}

static Step xz_step(void *state, Window *w, const char **why)
{
    lzma_stream *xz = state;
    xz->next_in = w->in;
    xz->avail_in = w->in_len;
    xz->next_out = w->out;
    xz->avail_out = w->out_len;
    lzma_ret code = lzma_code(xz, LZMA_RUN);
    w->in += w->in_len - xz->avail_in;
    w->in_len = xz->avail_in;
    w->out += w->out_len - xz->avail_out;
    w->out_len = xz->avail_out;
    switch (code) {
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return STEP_ON;
    case LZMA_STREAM_END:
        return STEP_END;
    case LZMA_MEMLIMIT_ERROR:
        *why = "needs a dictionary of more than 256 MiB";
        return STEP_LIMIT;
    case LZMA_OPTIONS_ERROR:
        *why = "uses unknown options";
        return STEP_BAD;
    default:
        return STEP_BAD;
    }
}

static void xz_close(void *state)
{
    lzma_end(state);
}

static const Driver driver = {
    .open = xz_open, .step = xz_step, .again = xz_again, .close = xz_close};

const Codec codec_xz = {
    .name = "xz",
    .summary = "LZMA2 in .xz streams",
    .spec = "https://tukaani.org/xz/xz-file-format.txt",
    .matches = xz_matches,
    .slow = true,
    .driver = &driver,
};
