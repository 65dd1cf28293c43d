/* SPDX-License-Identifier: Apache-2.0 */
/* Each decoder by itself. Whatever the portions in which a stream is read, it gives the same bytes
 * and the same verdict; both decoders of DEFLATE give the same bytes where both accept them. */
#include <assert.h>

#include "archive/decoder.h"
#include "fuzz.h"

/* The one of the two that the build did not choose, or the same again under other names. */
#define inflate_gzip zlib_gzip
#define inflate_raw zlib_raw
#define crc32_add zlib_crc32_add
#undef crc32_add
#define crc32_add zlib_crc32_add
#define codec_prepare zlib_codec_prepare
extern const Driver zlib_gzip, zlib_raw;
bool zlib_codec_prepare(Error *err);
uint32_t zlib_crc32_add(uint32_t crc, const void *bytes, size_t len);
#include "archive/inflate_zlib.c"

static const Limits limits = {
    .layer_bytes = 256 << 10, .ratio = 200, .ratio_floor = 128 << 10, .entries = 1000};

typedef struct Row {
    const char *name;
    const Codec *codec;
    const Driver *other; /* decodes the same format */
    bool wrapped;        /* the input is a DEFLATE stream */
} Row;
static const Row rows[] = {
    {"gzip", &codec_gzip, NULL, false},
    {"zlib", &codec_gzip, &zlib_gzip, false},
    {"deflate", &codec_gzip, &zlib_gzip, true},
    {"zstd", &codec_zstd, NULL, false},
    {"xz", &codec_xz, NULL, false},
    {"bzip2", &codec_bzip2, NULL, false},
    {"plain", &codec_plain, NULL, false},
};

/* As codec_open, with a driver of our choice. */
static Stream *driver_open(Arena *arena, Stream *in, const Codec *codec, const Driver *driver)
{
    Decoder *d = arena_new(arena, Decoder);
    decoder_init(d, arena, in, codec->name, driver, &limits);
    d->codec = codec;
    d->state = driver->open(arena);
    assert(d->state);
    return &d->stream;
}

static bool decode(Arena *arena, const Row *row, Str bytes, size_t portion, bool other, Buf *out)
{
    DripStream in;
    Stream *stream = NULL;
    Error err = {0};
    size_t got = 1;
    const Codec *which = row->codec;
    MemoryStream whole;
    drip_stream_init(&in, bytes, portion);
    memory_stream_init(&whole, bytes);
    bool ok = true;
    if (other)
        stream = driver_open(arena, &in.stream, row->codec, row->other);
    else
        ok = codec_open(arena, portion % 2 ? &whole.stream : &in.stream, &limits, &stream, &which,
                        &err);
    while (ok && got && which == row->codec) {
        ok = stream_read(stream, buf_reserve(out, portion), portion, &got, &err);
        out->len += ok ? got : 0;
    }
    stream_close(stream);
    return ok;
}

/* What is passed over is as long as what is read. */
static void skip_check(Arena *arena, Str bytes, size_t len)
{
    DripStream in;
    Stream *stream = NULL;
    Error err = {0};
    size_t got = 0;
    char rest[64];
    drip_stream_init(&in, bytes, 700);
    if (!codec_open(arena, &in.stream, &limits, &stream, NULL, &err))
        return;
    size_t most = sizeof rest;
    if (stream_skip(stream, len / 2, &err) && stream_read_full(stream, rest, most, &got, &err))
        assert(got == (len - len / 2 < most ? len - len / 2 : most));
    stream_close(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Buf first, second;
    const Row *row = FUZZ_ROW(rows);
    Arena *arena = fuzz_arena(1 << 20);
    Str bytes = str_of(data, size);
    if (row->wrapped)
        bytes = gzip_wrap(arena, bytes);
    if (codec_find(str_head(bytes, CODEC_HEAD)) != row->codec)
        return 0;
    buf_clear(&first);
    buf_clear(&second);
    bool ok = decode(arena, row, bytes, 64 << 10, false, &first);
    bool again = decode(arena, row, bytes, row->other ? 64 << 10 : 777, row->other, &second);
    assert(row->other || ok == again);
    if (ok)
        skip_check(arena, bytes, first.len);
    assert(!ok || !again || str_eq(buf_str(&first), buf_str(&second)));
    return 0;
}
