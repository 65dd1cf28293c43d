/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar_header.h"

enum { SUM_AT = 148, SUM_LEN = 8 };

Str tar_field(Str block, size_t at, size_t len)
{
    return str_sub(block, at, at + len);
}

Str tar_text(Str field)
{
    size_t end = str_find_char(field, 0);
    return end == STR_NONE ? field : str_head(field, end);
}

static bool base256(Str field, uint64_t *out)
{
    uint64_t value = (uint8_t)str_at(field, 0) & 0x7f;
    if (value & 0x40)
        return false; /* negative */
    for (size_t i = 1; i < field.len; i++) {
        if (value >> 55)
            return false;
        value = value << 8 | (uint8_t)str_at(field, i);
    }
    *out = value;
    return true;
}

bool tar_number(Str field, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    if ((uint8_t)str_at(field, 0) & 0x80)
        return base256(field, out);
    while (i < field.len && (field.ptr[i] == ' ' || field.ptr[i] == 0))
        i++;
    for (; i < field.len && field.ptr[i] >= '0' && field.ptr[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(field.ptr[i] - '0');
    if (i < field.len && field.ptr[i] != ' ' && field.ptr[i] != 0)
        return false;
    *out = value;
    return true;
}

TarMagic tar_magic(Str block)
{
    Str magic = tar_field(block, 257, 8);
    if (str_eq(magic, STR("ustar  \0")))
        return TAR_GNU;
    return str_starts(magic, STR("ustar")) ? TAR_USTAR : TAR_V7;
}

TarBlock tar_block_kind(Str block)
{
    const uint8_t *at = (const uint8_t *)block.ptr;
    uint32_t sum = 0;
    int32_t high = 0;
    uint64_t want;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += at[i];
    if (sum == 0)
        return TAR_BLOCK_ZERO;
    for (size_t i = SUM_AT; i < SUM_AT + SUM_LEN; i++)
        sum = sum - at[i] + ' ';
    if (!tar_number(tar_field(block, SUM_AT, SUM_LEN), &want))
        return TAR_BLOCK_JUNK;
    if (want == sum)
        return TAR_BLOCK_HEADER;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        if (i < SUM_AT || i >= SUM_AT + SUM_LEN)
            high += at[i] >> 7;
    return (int64_t)want == (int64_t)sum - 256 * high ? TAR_BLOCK_HEADER : TAR_BLOCK_JUNK;
}
