/* SPDX-License-Identifier: Apache-2.0 */
#include <zstd.h>
#include <zstd_errors.h>

#include "archive/decoder.h"

/* 2^27: what `zstd -d` accepts unasked; `--long=31` is refused with a clear line. */
enum { WINDOW_LOG_MAX = 27 };

/* A frame, or a skippable frame (zstd:chunked and pzstd put them anywhere). */
static bool zstd_matches(Str head)
{
    return str_starts(head, STR("\x28\xb5\x2f\xfd")) ||
           (((uint8_t)str_at(head, 0) & 0xf0) == 0x50 &&
            str_starts(str_from_pos(head, 1), STR("\x2a\x4d\x18")));
}

static void *zstd_open(Arena *arena)
{
    (void)arena;
    ZSTD_DCtx *state = ZSTD_createDCtx();
    if (state)
        ZSTD_DCtx_setParameter(state, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return state;
}

static Step zstd_step(void *state, Window *w, const char **why)
{
    ZSTD_inBuffer in = {w->in, w->in_len, 0};
    ZSTD_outBuffer out = {w->out, w->out_len, 0};
    size_t code = ZSTD_decompressStream(state, &out, &in);
    w->in += in.pos;
    w->in_len -= in.pos;
    w->out += out.pos;
    w->out_len -= out.pos;
    if (ZSTD_isError(code)) {
        *why = ZSTD_getErrorName(code);
        return ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge ? STEP_LIMIT
                                                                                   : STEP_BAD;
    }
    return code == 0 ? STEP_END : STEP_ON;
}

static bool zstd_again(void *state)
{
    return !ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only));
}

static void zstd_close(void *state)
{
    ZSTD_freeDCtx(state);
}

static const Driver driver = {
    .open = zstd_open, .step = zstd_step, .again = zstd_again, .close = zstd_close};

const Codec codec_zstd = {
    .name = "zstd",
    .summary = "Zstandard frames, also with skippable ones between",
    .spec = "https://www.rfc-editor.org/rfc/rfc8878",
    .matches = zstd_matches,
    .driver = &driver,
};
