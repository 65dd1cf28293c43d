/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/reader.h"
#include "fuzz.h"

enum { BLOCK = 512, INFLATED = 64 << 10 };

static uint32_t u16_at(const char *p)
{
    return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8;
}

static uint32_t u32_at(const char *p)
{
    return u16_at(p) | u16_at(p + 2) << 16;
}

static void u32_set(char *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (char)(value >> (8 * i));
}

/* --- tar: the checksum of every header that its predecessor's size leads to --- */

static uint64_t tar_number(const char *p, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++)
        if (p[i] >= '0' && p[i] <= '7')
            value = value * 8 + (uint64_t)(p[i] - '0');
    return value;
}

static void header_mend(char *header)
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
}

Str tar_mend(Arena *arena, Str bytes)
{
    static const char zeros[BLOCK];
    if (bytes.len % 2)
        return bytes;
    char *copy = arena_c_str(arena, bytes);
    for (size_t at = 0; at + BLOCK <= bytes.len;) {
        char *header = copy + at;
        at += BLOCK;
        if (memcmp(header, zeros, BLOCK) == 0)
            continue;
        header_mend(header);
        uint64_t size = tar_number(header + 124, 12);
        bool more = header[156] == 'S' && header[482];
        for (; more && at + BLOCK <= bytes.len; at += BLOCK)
            more = copy[at + 504];
        if (size > bytes.len)
            break;
        at += (size_t)(size + BLOCK - 1) / BLOCK * BLOCK;
    }
    return str_of(copy, bytes.len);
}

/* --- DEFLATE --- */

/* *used: how much of the input the stream takes. */
static bool inflate_all(Str in, size_t *used, uint32_t *crc, uint32_t *size)
{
    static char out[INFLATED];
    z_stream z = {.next_in = (const Bytef *)in.ptr,
                  .avail_in = (uInt)in.len,
                  .next_out = (Bytef *)out,
                  .avail_out = INFLATED};
    if (inflateInit2(&z, -15) != Z_OK)
        return false;
    int code = inflate(&z, Z_FINISH);
    *used = in.len - z.avail_in;
    *size = (uint32_t)(INFLATED - z.avail_out);
    *crc = (uint32_t)crc32(0, (const Bytef *)out, *size);
    inflateEnd(&z);
    return code == Z_STREAM_END;
}

Str gzip_wrap(Arena *arena, Str deflate)
{
    static const char head[10] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
    size_t used = 0;
    uint32_t crc = 0, size = 0;
    char *out = arena_alloc(arena, deflate.len + sizeof head + 8);
    inflate_all(deflate, &used, &crc, &size);
    memcpy(out, head, sizeof head);
    if (used)
        memcpy(out + sizeof head, deflate.ptr, used);
    u32_set(out + sizeof head + used, crc);
    u32_set(out + sizeof head + used + 4, size);
    if (deflate.len > used)
        memcpy(out + sizeof head + used + 8, deflate.ptr + used, deflate.len - used);
    return str_of(out, deflate.len + sizeof head + 8);
}

/* --- zip: checksum and size of every member of the directory --- */

static void member_mend(char *entry, Str all, uint64_t base)
{
    uint32_t method = u16_at(entry + 10), stored = u32_at(entry + 20), crc, size;
    uint64_t local = base + u32_at(entry + 42);
    size_t used;
    if (local + 30 > all.len)
        return;
    uint64_t start = local + 30 + u16_at(all.ptr + local + 26) + u16_at(all.ptr + local + 28);
    if (start > all.len || stored > all.len - start)
        return;
    Str body = str_sub(all, (size_t)start, (size_t)(start + stored));
    if (method == 0) {
        crc = (uint32_t)crc32(0, (const Bytef *)body.ptr, (uInt)body.len);
        size = stored;
    } else if (!inflate_all(body, &used, &crc, &size)) {
        return;
    }
    u32_set(entry + 16, crc);
    u32_set(entry + 24, size);
}

Str zip_mend(Arena *arena, Str bytes)
{
    if (bytes.len % 2 || bytes.len < 22)
        return bytes;
    char *copy = arena_c_str(arena, bytes);
    size_t end = bytes.len - 22;
    while (end && memcmp(copy + end, "PK\5\6", 4) != 0)
        end--;
    uint64_t size = u32_at(copy + end + 12), offset = u32_at(copy + end + 16);
    if (memcmp(copy + end, "PK\5\6", 4) != 0 || size + offset > end)
        return str_of(copy, bytes.len);
    for (size_t at = end - (size_t)size; at + 46 <= end && !memcmp(copy + at, "PK\1\2", 4);) {
        char *entry = copy + at;
        member_mend(entry, str_of(copy, bytes.len), end - size - offset);
        at += 46 + u16_at(entry + 28) + u16_at(entry + 30) + u16_at(entry + 32);
    }
    return str_of(copy, bytes.len);
}
