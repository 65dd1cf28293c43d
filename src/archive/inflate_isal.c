/* SPDX-License-Identifier: Apache-2.0 */
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include "archive/decoder.h"
#include "base/library.h"

static struct {
    void (*init)(struct inflate_state *state);
    void (*reset)(struct inflate_state *state);
    int (*inflate)(struct inflate_state *state);
    uint32_t (*crc)(uint32_t seed, const unsigned char *bytes, uint64_t len);
} isa_l;

static const LibrarySymbol symbols[] = {
    {"isal_inflate_init", &isa_l.init},
    {"isal_inflate_reset", &isa_l.reset},
    {"isal_inflate", &isa_l.inflate},
    {"crc32_gzip_refl", &isa_l.crc},
};
static Library library = LIBRARY("libisal.so.2", "libisal2", symbols);

bool codec_prepare(Error *err)
{
    return library_open(&library, err);
}

/* The header of a gzip member is read here, a byte at a time: ISA-L 2.30 finds a header's checksum
 * wrong when the header comes in more than one piece. https://www.rfc-editor.org/rfc/rfc1952 */
typedef enum HeaderPart {
    PART_FIXED,
    PART_EXTRA_LEN,
    PART_EXTRA,
    PART_NAME,
    PART_COMMENT,
    PART_CRC,
    PART_NONE,
} HeaderPart;

enum { FIXED_LEN = 10, FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16 };

typedef struct Header {
    HeaderPart part;
    uint32_t count; /* bytes met of the part */
    uint32_t value; /* of a number of two bytes */
    uint32_t crc;
    uint8_t flags;
} Header;

typedef struct Inflate {
    struct inflate_state isal;
    uint32_t wrapper; /* ISAL_GZIP_NO_HDR_VER or ISAL_DEFLATE */
    Header header;
} Inflate;

static void part_end(Header *h)
{
    static const uint8_t flags[PART_NONE] = {[PART_EXTRA_LEN] = FLAG_EXTRA,
                                             [PART_EXTRA] = FLAG_EXTRA,
                                             [PART_NAME] = FLAG_NAME,
                                             [PART_COMMENT] = FLAG_COMMENT,
                                             [PART_CRC] = FLAG_CRC};
    do
        h->part++;
    while (h->part < PART_NONE &&
           (!(h->flags & flags[h->part]) || (h->part == PART_EXTRA && h->value == 0)));
    h->count = 0;
    if (h->part != PART_EXTRA)
        h->value = 0;
}

/* NULL, or what is wrong. */
static const char *fixed_check(Header *h, uint8_t byte)
{
    if (h->count == 3)
        h->flags = byte;
    if ((h->count == 0 && byte != 0x1f) || (h->count == 1 && byte != 0x8b))
        return "has a bad member header";
    return h->count == 2 && byte != 8 ? "names an unknown method" : NULL;
}

static const char *header_byte(Header *h, uint8_t byte)
{
    const char *why = h->part == PART_FIXED ? fixed_check(h, byte) : NULL;
    bool number = h->part == PART_EXTRA_LEN || h->part == PART_CRC;
    if (h->part != PART_CRC)
        h->crc = crc32_add(h->crc, &byte, 1);
    if (number)
        h->value |= (uint32_t)byte << 8 * h->count;
    h->count++;
    bool end = number                  ? h->count == 2
               : h->part == PART_FIXED ? h->count == FIXED_LEN
               : h->part == PART_EXTRA ? h->count == h->value
                                       : byte == 0;
    if (end && h->part == PART_CRC && h->value != (h->crc & 0xffff))
        why = "has a wrong checksum";
    if (end)
        part_end(h);
    return why;
}

static bool inflate_again(void *state)
{
    Inflate *s = state;
    isa_l.reset(&s->isal);
    s->isal.crc_flag = s->wrapper;
    s->header = (Header){.part = s->wrapper == ISAL_DEFLATE ? PART_NONE : PART_FIXED};
    return true;
}

static void *inflate_open(Arena *arena, uint32_t wrapper)
{
    if (!codec_prepare(NULL))
        return NULL;
    Inflate *s = arena_new(arena, Inflate);
    isa_l.init(&s->isal);
    s->wrapper = wrapper;
    inflate_again(s);
    return s;
}

static void *gzip_open(Arena *arena)
{
    return inflate_open(arena, ISAL_GZIP_NO_HDR_VER);
}

static void *raw_open(Arena *arena)
{
    return inflate_open(arena, ISAL_DEFLATE);
}

static uint32_t at_most(size_t len)
{
    return len < UINT32_MAX / 2 ? (uint32_t)len : UINT32_MAX / 2;
}

static Step inflate_step(void *state, Window *w, const char **why)
{
    Inflate *s = state;
    struct inflate_state *isal = &s->isal;
    for (; s->header.part != PART_NONE && w->in_len; w->in++, w->in_len--) {
        const char *bad = header_byte(&s->header, *w->in);
        if (bad) {
            *why = bad;
            return STEP_BAD;
        }
    }
    if (s->header.part != PART_NONE)
        return STEP_ON;
    uint32_t in = at_most(w->in_len), out = at_most(w->out_len);
    isal->next_in = window_in(w);
    isal->avail_in = in;
    isal->next_out = w->out;
    isal->avail_out = out;
    int code = isa_l.inflate(isal);
    w->in += in - isal->avail_in;
    w->in_len -= in - isal->avail_in;
    w->out += out - isal->avail_out;
    w->out_len -= out - isal->avail_out;
    if (code < 0 || code == ISAL_NEED_DICT) {
        *why = code == ISAL_INCORRECT_CHECKSUM ? "has a wrong checksum" : "is damaged";
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
    return codec_prepare(NULL) ? isa_l.crc(crc, bytes, len) : (uint32_t)crc32_z(crc, bytes, len);
}
