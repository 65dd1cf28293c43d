/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* The only way to walk bytes: a bounded cursor with a sticky failure. Past the end every take gives
 * zero or the empty slice and sets `failed`; a parser checks once, at its end. */
typedef struct Reader {
    Str bytes;
    size_t pos;
    bool failed;
} Reader;

static inline Reader reader_of(Str bytes)
{
    return (Reader){.bytes = bytes};
}
static inline size_t reader_left(const Reader *r)
{
    return r->bytes.len - r->pos;
}
static inline bool reader_ok(const Reader *r)
{
    return !r->failed;
}
static inline void reader_fail(Reader *r)
{
    r->failed = true;
    r->pos = r->bytes.len;
}
bool reader_seek(Reader *r, size_t pos); /* false, and failed, beyond the end */

static inline Str reader_take(Reader *r, size_t len)
{
    if (r->failed || len > reader_left(r)) {
        reader_fail(r);
        return (Str){0};
    }
    r->pos += len;
    return str_sub(r->bytes, r->pos - len, r->pos);
}
static inline Str reader_peek(const Reader *r, size_t len) /* shorter at the end; never fails */
{
    size_t left = reader_left(r);
    return str_sub(r->bytes, r->pos, r->pos + (len < left ? len : left));
}
Str reader_take_line(Reader *r); /* without its line end; empty at the end */
static inline void reader_skip(Reader *r, size_t len)
{
    reader_take(r, len);
}

/* Numbers of a fixed width: constant places, which compilers make one load of. */
static inline uint32_t byte_at(Str s, size_t i)
{
    return (unsigned char)s.ptr[i];
}
static inline uint8_t reader_u8(Reader *r)
{
    Str s = reader_take(r, 1);
    return s.len ? (uint8_t)s.ptr[0] : 0;
}
static inline uint16_t reader_u16le(Reader *r)
{
    Str s = reader_take(r, 2);
    return s.len ? (uint16_t)(byte_at(s, 0) | byte_at(s, 1) << 8) : 0;
}
static inline uint16_t reader_u16be(Reader *r)
{
    Str s = reader_take(r, 2);
    return s.len ? (uint16_t)(byte_at(s, 0) << 8 | byte_at(s, 1)) : 0;
}
static inline uint32_t reader_u32le(Reader *r)
{
    Str s = reader_take(r, 4);
    return s.len ? byte_at(s, 0) | byte_at(s, 1) << 8 | byte_at(s, 2) << 16 | byte_at(s, 3) << 24
                 : 0;
}
static inline uint32_t reader_u32be(Reader *r)
{
    Str s = reader_take(r, 4);
    return s.len ? byte_at(s, 0) << 24 | byte_at(s, 1) << 16 | byte_at(s, 2) << 8 | byte_at(s, 3)
                 : 0;
}
static inline uint64_t reader_u64le(Reader *r)
{
    uint64_t low = reader_u32le(r), high = reader_u32le(r);
    return r->failed ? 0 : high << 32 | low;
}
static inline uint64_t reader_u64be(Reader *r)
{
    uint64_t high = reader_u32be(r), low = reader_u32be(r);
    return r->failed ? 0 : high << 32 | low;
}
uint64_t reader_varint_long(Reader *r);
static inline uint64_t reader_varint(Reader *r) /* LEB128, at most 10 bytes */
{
    if (r->pos < r->bytes.len && !(r->bytes.ptr[r->pos] & 0x80))
        return (uint64_t)r->bytes.ptr[r->pos++];
    return reader_varint_long(r);
}
static inline Str reader_str(Reader *r) /* a varint length, then that many bytes */
{
    uint64_t len = reader_varint(r);
    if (len > reader_left(r)) {
        reader_fail(r);
        return (Str){0};
    }
    return reader_take(r, (size_t)len);
}
