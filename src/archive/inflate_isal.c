/* SPDX-License-Identifier: Apache-2.0 */
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "archive/decoder.h"

typedef struct Inflate {
    struct inflate_state isal;
    uint32_t wrapper; /* ISAL_GZIP or ISAL_DEFLATE */
} Inflate;

static bool inflate_again(void *state)
{
    Inflate *s = state;
    isal_inflate_reset(&s->isal);
    s->isal.crc_flag = s->wrapper;
    return true;
}

static void *inflate_open(Arena *arena, uint32_t wrapper)
{
    Inflate *s = arena_new(arena, Inflate);
    isal_inflate_init(&s->isal);
    s->wrapper = wrapper;
    inflate_again(s);
    return s;
}

static void *gzip_open(Arena *arena)
{
    return inflate_open(arena, ISAL_GZIP);
}

static void *raw_open(Arena *arena)
{
    return inflate_open(arena, ISAL_DEFLATE);
}

static const char *reason(int code)
{
    switch (code) {
    case ISAL_INVALID_WRAPPER:
        return "has a bad member header";
    case ISAL_UNSUPPORTED_METHOD:
        return "names an unknown method";
    case ISAL_INCORRECT_CHECKSUM:
        return "has a wrong checksum";
    default:
        return "is damaged";
    }
}

static uint32_t at_most(size_t len)
{
    return len < UINT32_MAX / 2 ? (uint32_t)len : UINT32_MAX / 2;
}

static Step inflate_step(void *state, Window *w, const char **why)
{
    struct inflate_state *isal = &((Inflate *)state)->isal;
    uint32_t in = at_most(w->in_len), out = at_most(w->out_len);
    isal->next_in = w->in;
    isal->avail_in = in;
    isal->next_out = w->out;
    isal->avail_out = out;
    int code = isal_inflate(isal);
    w->in += in - isal->avail_in;
    w->in_len -= in - isal->avail_in;
    w->out += out - isal->avail_out;
    w->out_len -= out - isal->avail_out;
    if (code < 0 || code == ISAL_NEED_DICT) {
        *why = reason(code);
        return STEP_BAD;
    }
    return isal->block_state == ISAL_BLOCK_FINISH ? STEP_END : STEP_ON;
}

const Driver inflate_gzip = {
    .open = gzip_open, .step = inflate_step, .again = inflate_again, .ignores_garbage = true};
const Driver inflate_raw = {
    .open = raw_open, .step = inflate_step, .again = inflate_again, .single = true};

uint32_t crc32_add(uint32_t crc, const void *bytes, size_t len)
{
    return crc32_gzip_refl(crc, bytes, len);
}
