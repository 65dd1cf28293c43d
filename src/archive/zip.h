/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/limits.h"
#include "base/stream.h"

/* A zip (also zip64, also behind a program as in executable jars) over bytes in memory, read by its
 * central directory. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * What is wrong with one member is an error of that member alone. */
typedef struct ZipMember {
    Str name;              /* as written: "/" at the end is a folder; a slice of the zip's bytes */
    uint64_t size, stored; /* as the central directory claims */
    uint64_t offset;       /* of the local header, in the bytes */
    uint32_t crc;
    uint16_t method, flags;
    bool overlaps; /* shares its bytes with another member */
} ZipMember;

typedef struct Zip {
    Str bytes;
    const Limits *limits;
    Arena *arena;
    Vec(ZipMember) members; /* in the order of the central directory */
    uint64_t directory;     /* where it begins: members end before it */
    struct ZipStream *stream;
} Zip;

/* ERR_FORMAT without an end record or with a directory that is not there; ERR_LIMIT for more
 * members than limits->entries. The bytes must outlive *out. zip_close gives back the decoder. */
MUST_USE bool zip_open(Zip *out, Str bytes, const Limits *limits, Arena *arena, Error *err);
void zip_close(Zip *zip);

/* The content, its size and checksum verified at the end. One member at a time: the next call uses
 * the same decoder again. ERR_UNSUPPORTED if encrypted or packed in a way we do not know. */
MUST_USE bool zip_member_open(Zip *zip, const ZipMember *member, Stream **out, Error *err);

/* All of it, up to `limit` bytes (ERR_LIMIT beyond it), appended to `into`. */
MUST_USE bool zip_member_read(Zip *zip, const ZipMember *member, uint64_t limit, Buf *into,
                              Error *err);
