/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"

/* Writes tar, also the kinds that no tool writes any more. */
typedef struct TarMake {
    char flag;         /* unless given '0', of "v7" NUL */
    const char *magic; /* "ustar" unless given; "gnu" or "v7" */
    Str name, link, prefix, body;
    uint64_t size; /* claimed, if not the body's */
    bool lies;     /* `size` holds, the body is written as it is */
    bool base256;  /* the size is written in binary */
    bool bad_sum, signed_sum;
    uint32_t major, minor, mode;
    Str sparse; /* bytes put at 386, for GNU 'S' headers */
} TarMake;

void tar_put(Buf *buf, TarMake make);
void tar_put_pax(Buf *buf, Str records);
void tar_put_end(Buf *buf);
void pax_put(Buf *records, const char *key, Str value); /* one record with its length */

#define TAR_PUT(buf, ...) tar_put((buf), (TarMake){__VA_ARGS__})
