/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "archive/codec.h"

/* Whatever the portions in which a stream is read, it gives the same bytes and the same verdict. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool decode(Str bytes, size_t portion, Buf *out)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Limits limits = LIMITS_DEFAULT;
    MemoryStream in;
    Stream *stream = NULL;
    Error err = {0};
    size_t got = 1;
    limits.layer_bytes = 4 << 20;
    memory_stream_init(&in, bytes);
    bool ok = codec_open(&arena, &in.stream, &limits, &stream, NULL, &err);
    while (ok && got) {
        ok = stream_read(stream, buf_reserve(out, portion), portion, &got, &err);
        out->len += ok ? got : 0;
    }
    stream_close(stream);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Buf whole CLEANUP(buf_fini) = {0}, parts CLEANUP(buf_fini) = {0};
    bool ok = decode(str_of(bytes, size), 128 << 10, &whole);
    assert(decode(str_of(bytes, size), 777, &parts) == ok);
    assert(!ok || str_eq(buf_str(&whole), buf_str(&parts)));
    return 0;
}
