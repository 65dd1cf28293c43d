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

Reader reader_of(Str bytes);
size_t reader_left(const Reader *r);
bool reader_ok(const Reader *r);
void reader_fail(Reader *r);
bool reader_seek(Reader *r, size_t pos); /* false, and failed, beyond the end */

Str reader_take(Reader *r, size_t len);
Str reader_peek(const Reader *r, size_t len); /* shorter at the end; never fails */
Str reader_take_line(Reader *r);              /* without its line end; empty at the end */
void reader_skip(Reader *r, size_t len);

uint8_t reader_u8(Reader *r);
uint16_t reader_u16le(Reader *r);
uint16_t reader_u16be(Reader *r);
uint32_t reader_u32le(Reader *r);
uint32_t reader_u32be(Reader *r);
uint64_t reader_u64le(Reader *r);
uint64_t reader_u64be(Reader *r);
uint64_t reader_varint(Reader *r); /* LEB128, at most 10 bytes */
Str reader_str(Reader *r);         /* a varint length, then that many bytes */
