/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"

bool reader_seek(Reader *r, size_t pos)
{
    if (r->failed || pos > r->bytes.len) {
        reader_fail(r);
        return false;
    }
    r->pos = pos;
    return true;
}

Str reader_take_line(Reader *r)
{
    Str rest = str_from_pos(r->bytes, r->pos), line = {0};
    size_t before = rest.len;
    if (!str_next_line(&rest, &line))
        return (Str){0};
    r->pos += before - rest.len;
    return line;
}

static uint64_t take_le(Reader *r, size_t len)
{
    Str s = reader_take(r, len);
    uint64_t value = 0;
    for (size_t i = s.len; i-- > 0;)
        value = value << 8 | (unsigned char)s.ptr[i];
    return value;
}

static uint64_t take_be(Reader *r, size_t len)
{
    Str s = reader_take(r, len);
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++)
        value = value << 8 | (unsigned char)s.ptr[i];
    return value;
}

uint16_t reader_u16le(Reader *r)
{
    return (uint16_t)take_le(r, 2);
}

uint16_t reader_u16be(Reader *r)
{
    return (uint16_t)take_be(r, 2);
}

uint32_t reader_u32le(Reader *r)
{
    return (uint32_t)take_le(r, 4);
}

uint32_t reader_u32be(Reader *r)
{
    return (uint32_t)take_be(r, 4);
}

uint64_t reader_u64le(Reader *r)
{
    return take_le(r, 8);
}

uint64_t reader_u64be(Reader *r)
{
    return take_be(r, 8);
}

uint64_t reader_varint_long(Reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = reader_u8(r);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    reader_fail(r);
    return 0;
}
