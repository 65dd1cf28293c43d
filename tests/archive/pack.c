/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/pack.h"

#include <assert.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

static void deflate_put(Buf *out, Str bytes, int bits)
{
    z_stream z = {0};
    assert(deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    uLong cap = deflateBound(&z, bytes.len);
    z.next_in = (Bytef *)(uintptr_t)bytes.ptr;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)buf_reserve(out, cap);
    z.avail_out = (uInt)cap;
    assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

void pack_gzip(Buf *out, Str bytes)
{
    deflate_put(out, bytes, 31);
}

void pack_deflate(Buf *out, Str bytes)
{
    deflate_put(out, bytes, -15);
}

void pack_zstd(Buf *out, Str bytes)
{
    size_t cap = ZSTD_compressBound(bytes.len);
    size_t len = ZSTD_compress(buf_reserve(out, cap), cap, bytes.ptr, bytes.len, 1);
    assert(!ZSTD_isError(len));
    out->len += len;
}

void pack_xz(Buf *out, Str bytes)
{
    size_t cap = lzma_stream_buffer_bound(bytes.len), len = 0;
    assert(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, (const uint8_t *)bytes.ptr, bytes.len,
                                   (uint8_t *)buf_reserve(out, cap), &len, cap) == LZMA_OK);
    out->len += len;
}

void pack_bzip2(Buf *out, Str bytes)
{
    unsigned len = (unsigned)(bytes.len + bytes.len / 100 + 600);
    assert(BZ2_bzBuffToBuffCompress(buf_reserve(out, len), &len, (char *)(uintptr_t)bytes.ptr,
                                    (unsigned)bytes.len, 1, 0, 0) == BZ_OK);
    out->len += len;
}
