/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/tar_make.h"

#include <stdio.h>
#include <string.h>

static void put_at(char *block, size_t at, size_t cap, Str s)
{
    memmove(block + at, s.ptr ? s.ptr : "", s.len < cap ? s.len : cap);
}

static void number_at(char *block, size_t at, size_t cap, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%0*llo", (int)cap - 1, (unsigned long long)value);
    put_at(block, at, cap, str_from(text));
}

static void base256_at(char *block, size_t at, size_t cap, uint64_t value)
{
    for (size_t i = cap; i-- > 0; value >>= 8)
        block[at + i] = (char)(value & 0xff);
    block[at] = (char)0x80;
}

static void sum_put(char *block, const TarMake *make)
{
    int64_t sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += make->signed_sum ? (signed char)block[i] : (unsigned char)block[i];
    number_at(block, 148, 7, (uint64_t)(sum + make->bad_sum));
}

static void pad(Buf *buf)
{
    while (buf->len % 512)
        buf_put_char(buf, 0);
}

void tar_put(Buf *buf, TarMake make)
{
    char block[512] = {0};
    uint64_t size = make.lies ? make.size : make.body.len;
    put_at(block, 0, 100, make.name);
    number_at(block, 100, 8, make.mode ? make.mode : 0644);
    number_at(block, 108, 8, 0);
    number_at(block, 116, 8, 0);
    if (make.base256)
        base256_at(block, 124, 12, size);
    else
        number_at(block, 124, 12, size);
    number_at(block, 136, 12, 1000);
    bool v7 = make.magic && str_eq(str_from(make.magic), STR("v7"));
    block[156] = make.flag ? make.flag : v7 ? '\0' : '0';
    put_at(block, 157, 100, make.link);
    if (!make.magic)
        put_at(block, 257, 8, STR("ustar\00000"));
    else if (make.magic[0] == 'g')
        put_at(block, 257, 8, STR("ustar  \0"));
    number_at(block, 329, 8, make.major);
    number_at(block, 337, 8, make.minor);
    put_at(block, 345, 155, make.prefix);
    put_at(block, 386, 126, make.sparse);
    sum_put(block, &make);
    buf_put(buf, str_of(block, sizeof block));
    buf_put(buf, make.body);
    pad(buf);
}

void tar_put_pax(Buf *buf, Str records)
{
    TAR_PUT(buf, .flag = 'x', .name = STR("PaxHeaders/x"), .body = records);
}

void tar_put_end(Buf *buf)
{
    char zeros[1024] = {0};
    buf_put(buf, str_of(zeros, sizeof zeros));
}

void pax_put(Buf *records, const char *key, Str value)
{
    size_t rest = strlen(key) + value.len + 3, len = rest + 1;
    while (len < rest + (size_t)snprintf(NULL, 0, "%zu", len))
        len++;
    buf_printf(records, "%zu %s=", len, key);
    buf_put(records, value);
    buf_put_char(records, '\n');
}
