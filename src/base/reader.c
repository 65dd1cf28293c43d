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
