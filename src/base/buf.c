/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void buf_init_in(Buf *buf, char *bytes, size_t size)
{
    *buf = (Buf){.ptr = bytes, .cap = bytes ? size : 0, .lent = bytes};
}

void buf_fini(Buf *buf)
{
    if (!buf->lent)
        free(buf->ptr);
    *buf = (Buf){0};
}

void buf_clear(Buf *buf)
{
    buf->len = 0;
}

static void move_out(Buf *buf)
{
    char *own = memory_get(buf->cap);
    memcpy(own, buf->ptr, buf->len);
    buf->ptr = own;
    buf->lent = false;
}

__attribute__((noinline, cold)) static char *grow(Buf *buf, size_t extra)
{
    size_t need;
    if (__builtin_add_overflow(buf->len, extra, &need) || need > SIZE_MAX / 2)
        memory_exhausted(extra);
    size_t grown = buf->cap ? buf->cap * 2 : 256;
    buf->cap = grown > need ? grown : need;
    if (buf->lent)
        move_out(buf);
    else
        buf->ptr = memory_resize(buf->ptr, buf->cap);
    return buf->ptr + buf->len;
}

char *buf_reserve(Buf *buf, size_t extra)
{
    return extra <= buf->cap - buf->len ? buf->ptr + buf->len : grow(buf, extra);
}

void buf_put(Buf *buf, Str s)
{
    if (s.len == 0)
        return;
    memcpy(buf_reserve(buf, s.len), s.ptr, s.len);
    buf->len += s.len;
}

void buf_put_char(Buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf->len++;
}

/* Into the room there is; what does not fit is formatted once more. */
void buf_vprintf(Buf *buf, const char *format, va_list args)
{
    enum { ROOM = 64 };
    va_list again;
    va_copy(again, args);
    char *at = buf_reserve(buf, ROOM);
    size_t room = buf->cap - buf->len;
    int length = vsnprintf(at, room, format, args);
    if (length > 0) {
        if ((size_t)length >= room)
            vsnprintf(buf_reserve(buf, (size_t)length + 1), (size_t)length + 1, format, again);
        buf->len += (size_t)length;
    }
    va_end(again);
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

Str buf_str(const Buf *buf)
{
    return (Str){buf->ptr, buf->len};
}

void buf_u8(Buf *buf, uint8_t value)
{
    buf_put_char(buf, (char)value);
}

static void put_le(Buf *buf, uint64_t value, size_t len)
{
    char *at = buf_reserve(buf, len);
    for (size_t i = 0; i < len; i++)
        at[i] = (char)(value >> (8 * i) & 0xff);
    buf->len += len;
}

void buf_u32le(Buf *buf, uint32_t value)
{
    put_le(buf, value, 4);
}

void buf_u64le(Buf *buf, uint64_t value)
{
    put_le(buf, value, 8);
}

void buf_varint(Buf *buf, uint64_t value)
{
    enum { LONGEST = 10 };
    char *at = buf_reserve(buf, LONGEST);
    size_t len = 0;
    for (; value >= 0x80; value >>= 7)
        at[len++] = (char)((value & 0x7f) | 0x80);
    at[len++] = (char)value;
    buf->len += len;
}

void buf_str_wire(Buf *buf, Str s)
{
    buf_varint(buf, s.len);
    buf_put(buf, s);
}
