/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "inventory/cataloger.h"
#include "test.h"

/* A cataloger at work on made-up files. */
typedef struct Desk {
    Arena arena;
    Limits limits;
    CatalogSink sink;
} Desk;

static inline void desk_init(Desk *d)
{
    *d = (Desk){.limits = LIMITS_DEFAULT};
    arena_init(&d->arena);
    d->sink.arena = &d->arena;
    d->sink.limits = &d->limits;
}

static inline void desk_fini(Desk *d)
{
    arena_fini(&d->arena);
}

static inline Str desk_base(Str path)
{
    Str dir, base;
    return str_rcut(path, '/', &dir, &base) ? base : path;
}

/* What the conductor does: asks, then pushes. */
static inline bool desk_push(Desk *d, const Cataloger *row, Str path, Str bytes)
{
    bool wanted = (row->wants_path && row->wants_path(path, desk_base(path))) ||
                  (row->wants_head && row->wants_head(path, str_head(bytes, 512)));
    if (wanted)
        row->read(&(CatalogFile){.path = path, .bytes = bytes}, &d->sink);
    return wanted;
}

/* "name version" of package `i`, or empty. */
static inline Str desk_package(Desk *d, size_t i)
{
    if (i >= d->sink.packages.len)
        return (Str){0};
    const Package *p = &d->sink.packages.at[i];
    return arena_printf(&d->arena, STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(p->version));
}

static inline const Package *desk_find(Desk *d, Str name)
{
    for (size_t i = 0; i < d->sink.packages.len; i++)
        if (str_eq(d->sink.packages.at[i].name, name))
            return &d->sink.packages.at[i];
    return NULL;
}

/* ---- zips, stored ---- */

typedef struct ZipFile {
    Str name, bytes;
} ZipFile;

static inline uint32_t zip_crc(Str s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.ptr[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static inline void zip_u16(Buf *out, size_t value)
{
    buf_u8(out, (uint8_t)value);
    buf_u8(out, (uint8_t)(value >> 8));
}

static inline void zip_common(Buf *out, const ZipFile *file)
{
    buf_u32le(out, 20); /* version, flags */
    buf_u32le(out, 0);  /* method, time */
    zip_u16(out, 0);
    buf_u32le(out, zip_crc(file->bytes));
    buf_u32le(out, (uint32_t)file->bytes.len);
    buf_u32le(out, (uint32_t)file->bytes.len);
    zip_u16(out, file->name.len);
    zip_u16(out, 0);
}

static inline Str zip_make(Arena *arena, const ZipFile *files, size_t count)
{
    Buf out CLEANUP(buf_fini) = {0}, directory CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < count; i++) {
        size_t at = out.len;
        buf_u32le(&out, 0x04034b50);
        zip_common(&out, &files[i]);
        buf_put(&out, files[i].name);
        buf_put(&out, files[i].bytes);
        buf_u32le(&directory, 0x02014b50);
        zip_u16(&directory, 20);
        zip_common(&directory, &files[i]);
        zip_u16(&directory, 0);
        buf_u64le(&directory, 0);
        buf_u32le(&directory, (uint32_t)at);
        buf_put(&directory, files[i].name);
    }
    size_t at = out.len;
    buf_put(&out, buf_str(&directory));
    buf_u32le(&out, 0x06054b50);
    buf_u32le(&out, 0);
    zip_u16(&out, count);
    zip_u16(&out, count);
    buf_u32le(&out, (uint32_t)directory.len);
    buf_u32le(&out, (uint32_t)at);
    zip_u16(&out, 0);
    return arena_str(arena, buf_str(&out));
}
