/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/rpm_header.h"

enum { ENTRY = 16, TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_STRING_ARRAY = 8, TYPE_I18NSTRING = 9 };

bool rpm_header_open(Str blob, RpmHeader *out)
{
    Reader r = reader_of(blob);
    uint64_t entries = reader_u32be(&r), size = reader_u32be(&r);
    if (entries == 0 || entries * ENTRY + size > reader_left(&r))
        return false;
    out->index = reader_take(&r, (size_t)entries * ENTRY);
    out->data = reader_take(&r, (size_t)size);
    return reader_ok(&r);
}

/* Regions (tags 62, 63) only say which entries were signed together: their offsets need nothing. */
static bool find(const RpmHeader *h, uint32_t tag, uint32_t *type, uint32_t *count, Reader *at)
{
    Reader r = reader_of(h->index);
    while (reader_left(&r) >= ENTRY) {
        uint32_t this = reader_u32be(&r);
        *type = reader_u32be(&r);
        uint32_t offset = reader_u32be(&r);
        *count = reader_u32be(&r);
        if (this != tag)
            continue;
        *at = reader_of(h->data);
        return reader_seek(at, offset);
    }
    return false;
}

bool rpm_take_string(Reader *r, Str *out)
{
    Str left = reader_peek(r, reader_left(r));
    size_t end = str_find_char(left, '\0');
    if (end == STR_NONE)
        return false;
    *out = reader_take(r, end);
    reader_skip(r, 1);
    return true;
}

Reader rpm_header_strings(const RpmHeader *h, uint32_t tag, uint32_t *count)
{
    uint32_t type;
    Reader r = {0};
    bool found = find(h, tag, &type, count, &r);
    if (found && (type == TYPE_STRING || type == TYPE_STRING_ARRAY || type == TYPE_I18NSTRING))
        return r;
    *count = 0;
    return (Reader){0};
}

Str rpm_header_str(const RpmHeader *h, uint32_t tag)
{
    uint32_t count;
    Str s = {0};
    Reader r = rpm_header_strings(h, tag, &count);
    if (count && rpm_take_string(&r, &s) && !str_eq(s, STR("(none)")))
        return s;
    return (Str){0};
}

Reader rpm_header_u32s(const RpmHeader *h, uint32_t tag, uint32_t *count)
{
    uint32_t type;
    Reader r = {0};
    if (find(h, tag, &type, count, &r) && type == TYPE_INT32)
        return r;
    *count = 0;
    return (Reader){0};
}

bool rpm_header_u32(const RpmHeader *h, uint32_t tag, uint32_t *out)
{
    uint32_t count;
    Reader r = rpm_header_u32s(h, tag, &count);
    if (count == 0 || reader_left(&r) < 4)
        return false;
    *out = reader_u32be(&r);
    return true;
}
