/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdarg.h>
#include "base/compiler.h"
#include "base/str.h"

/* A growing run of bytes on the heap, for output and for buffers that are used again and again.
 * Zero-initialise it; buf_fini frees it (fits CLEANUP(buf_fini)). */
typedef struct Buf {
    char *ptr;
    size_t len, cap;
    bool lent; /* the bytes are somebody else's */
} Buf;

/* Begins in `size` bytes of somebody else, who must keep them as long; NULL: as any. */
void buf_init_in(Buf *buf, char *bytes, size_t size);
void buf_fini(Buf *buf);
void buf_clear(Buf *buf);                  /* keeps the memory */
char *buf_reserve(Buf *buf, size_t extra); /* room for `extra` more bytes at the returned end */
void buf_put(Buf *buf, Str s);
void buf_put_char(Buf *buf, char c);
void buf_printf(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(Buf *buf, const char *format, va_list args) PRINTF_LIKE(2, 0);
Str buf_str(const Buf *buf); /* valid until the next put */

/* Binary parts, the counterparts of Reader. */
void buf_u8(Buf *buf, uint8_t value);
void buf_u32le(Buf *buf, uint32_t value);
void buf_u64le(Buf *buf, uint64_t value);
void buf_varint(Buf *buf, uint64_t value);
void buf_str_wire(Buf *buf, Str s); /* a varint length, then the bytes */
