/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/zip.h"

#include <stdlib.h>

#include "archive/decoder.h"
#include "base/reader.h"

enum {
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    CENTRAL_SIZE = 46,
    COMMENT_MAX = 65535,
    EXTRA_ZIP64 = 1,
    METHOD_STORED = 0,
    METHOD_DEFLATE = 8,
    FLAG_ENCRYPTED = 1,
};

#define MAGIC_END 0x06054b50u
#define MAGIC_END64 0x06064b50u
#define MAGIC_LOCATOR 0x07064b50u
#define MAGIC_CENTRAL 0x02014b50u
#define MAGIC_LOCAL 0x04034b50u

typedef struct ZipStream {
    Stream stream;
    MemoryStream memory;
    Decoder decoder;
    bool has_decoder;
    Stream *from; /* memory or the decoder */
    ZipMember member;
    uint64_t given;
    uint32_t crc;
} ZipStream;

/* What the end records say. */
typedef struct End {
    uint64_t at; /* of the record that holds for size and offset */
    uint64_t count, size, offset;
} End;

static uint32_t magic_at(Str bytes, uint64_t at)
{
    Reader r = reader_of(at < bytes.len ? str_sub(bytes, (size_t)at, (size_t)at + 4) : (Str){0});
    return reader_u32le(&r);
}

/* The last end record whose comment reaches to the end of the bytes, or else the last whose comment
 * fits before it. */
static bool end_find(Str bytes, size_t *out)
{
    size_t lowest = bytes.len > END_SIZE + COMMENT_MAX ? bytes.len - END_SIZE - COMMENT_MAX : 0;
    bool found = false;
    for (size_t at = bytes.len < END_SIZE ? 0 : bytes.len - END_SIZE + 1; at-- > lowest;) {
        if (str_at(bytes, at) != 'P' || magic_at(bytes, at) != MAGIC_END)
            continue;
        Reader r = reader_of(str_from_pos(bytes, at + END_SIZE - 2));
        size_t end = at + END_SIZE + reader_u16le(&r);
        if (end == bytes.len || (end < bytes.len && !found)) {
            *out = at;
            found = true;
        }
        if (end == bytes.len)
            return true;
    }
    return found;
}

static bool end64_read(Str bytes, uint64_t at, End *end)
{
    if (magic_at(bytes, at) != MAGIC_END64)
        return false;
    Reader r = reader_of(str_from_pos(bytes, (size_t)at));
    reader_skip(&r, 32);
    *end = (End){.at = at};
    end->count = reader_u64le(&r);
    end->size = reader_u64le(&r);
    end->offset = reader_u64le(&r);
    return reader_ok(&r);
}

/* The zip64 record stands where its locator says or, behind a prefix, right before the locator. */
static void end64_find(Str bytes, size_t end_at, End *end)
{
    if (end_at < LOCATOR_SIZE || magic_at(bytes, end_at - LOCATOR_SIZE) != MAGIC_LOCATOR)
        return;
    Reader r = reader_of(str_from_pos(bytes, end_at - LOCATOR_SIZE));
    reader_skip(&r, 8);
    uint64_t at = reader_u64le(&r);
    if (!end64_read(bytes, at, end) && end_at >= LOCATOR_SIZE + END64_SIZE)
        (void)end64_read(bytes, end_at - LOCATOR_SIZE - END64_SIZE, end);
}

static bool end_read(Str bytes, End *out, Error *err)
{
    size_t at = 0;
    if (!end_find(bytes, &at))
        return error_set(err, ERR_FORMAT, "zip: no end record: cut short or no zip");
    Reader r = reader_of(str_from_pos(bytes, at));
    reader_skip(&r, 4);
    uint16_t disk = reader_u16le(&r);
    reader_skip(&r, 4);
    *out = (End){.at = at};
    out->count = reader_u16le(&r);
    out->size = reader_u32le(&r);
    out->offset = reader_u32le(&r);
    if (disk != 0 && disk != UINT16_MAX)
        return error_set(err, ERR_UNSUPPORTED, "zip: split over several disks");
    end64_find(bytes, at, out);
    return true;
}

/* Sizes and offset of 2^32 and more stand in an extra field, in this order, only where needed. */
static void zip64_apply(ZipMember *m, Str extra)
{
    Reader r = reader_of(extra);
    while (reader_left(&r) >= 4) {
        uint16_t id = reader_u16le(&r);
        Reader field = reader_of(reader_take(&r, reader_u16le(&r)));
        if (id != EXTRA_ZIP64)
            continue;
        if (m->size == UINT32_MAX)
            m->size = reader_u64le(&field);
        if (m->stored == UINT32_MAX)
            m->stored = reader_u64le(&field);
        if (m->offset == UINT32_MAX)
            m->offset = reader_u64le(&field);
        return;
    }
}

static bool member_take(Reader *r, uint64_t base, ZipMember *out)
{
    if (reader_u32le(r) != MAGIC_CENTRAL)
        return false;
    reader_skip(r, 4);
    *out = (ZipMember){.flags = reader_u16le(r)};
    out->method = reader_u16le(r);
    reader_skip(r, 4);
    out->crc = reader_u32le(r);
    out->stored = reader_u32le(r);
    out->size = reader_u32le(r);
    uint16_t name = reader_u16le(r), extra = reader_u16le(r), comment = reader_u16le(r);
    reader_skip(r, 8);
    out->offset = reader_u32le(r);
    out->name = reader_take(r, name);
    zip64_apply(out, reader_take(r, extra));
    reader_skip(r, comment);
    if (__builtin_add_overflow(out->offset, base, &out->offset))
        out->offset = UINT64_MAX;
    return reader_ok(r);
}

static int by_offset(const void *a, const void *b)
{
    const ZipMember *x = *(ZipMember *const *)a, *y = *(ZipMember *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Zip bombs let many members quote the same bytes. */
static void overlaps_mark(Zip *zip)
{
    ArenaMark mark = arena_mark(zip->arena);
    ZipMember **sorted = arena_new_array(zip->arena, ZipMember *, zip->members.len);
    for (size_t i = 0; i < zip->members.len; i++)
        sorted[i] = &zip->members.at[i];
    qsort(sorted, zip->members.len, sizeof(ZipMember *), by_offset);
    uint64_t reach = 0;
    for (size_t i = 0; i < zip->members.len; i++) {
        ZipMember *m = sorted[i];
        uint64_t end;
        m->overlaps = i > 0 && m->offset < reach;
        if (__builtin_add_overflow(m->offset + 30, m->stored, &end))
            end = UINT64_MAX;
        reach = end > reach ? end : reach;
    }
    arena_reset(zip->arena, mark);
}

bool zip_open(Zip *out, Str bytes, const Limits *limits, Arena *arena, Error *err)
{
    End end;
    *out = (Zip){.bytes = bytes, .limits = limits, .arena = arena};
    if (!end_read(bytes, &end, err))
        return false;
    if (end.size > end.at || end.offset > end.at - end.size)
        return error_set(err, ERR_FORMAT, "zip: the directory lies outside of the file");
    if (end.count > limits->entries)
        return error_set(err, ERR_LIMIT, "zip: more than %llu members",
                         (unsigned long long)limits->entries);
    /* Offsets count from where the zip began, before something was put in front of it; unless they
     * are right as they stand. */
    uint64_t base = end.at - end.size - end.offset;
    if (base && magic_at(bytes, end.offset) == MAGIC_CENTRAL)
        base = 0;
    out->directory = base + end.offset;
    Reader r = reader_of(str_sub(bytes, (size_t)out->directory, (size_t)end.at));
    while (out->members.len < end.count && reader_left(&r) >= CENTRAL_SIZE) {
        ZipMember member;
        if (!member_take(&r, base, &member))
            break;
        *vec_push(arena, &out->members) = member;
    }
    if (out->members.len < end.count)
        return error_set(err, ERR_FORMAT, "zip: damaged directory after %zu of %llu members",
                         out->members.len, (unsigned long long)end.count);
    overlaps_mark(out);
    return true;
}

static bool member_fail(const ZipMember *m, ErrorCode code, const char *what, Error *err)
{
    return error_set(err, code, "zip: \"" STR_FMT "\" %s", STR_ARG(str_head(m->name, 300)), what);
}

static bool zip_stream_read(Stream *self, void *into, size_t cap, size_t *got, Error *err)
{
    ZipStream *s = (ZipStream *)self;
    const ZipMember *m = &s->member;
    if (!stream_read(s->from, into, cap, got, err))
        return error_within(err, "zip: \"" STR_FMT "\"", STR_ARG(str_head(m->name, 300)));
    s->crc = crc32_add(s->crc, into, *got);
    s->given += *got;
    if (s->given > m->size)
        return member_fail(m, ERR_FORMAT, "holds more than its size says", err);
    if (*got == 0 && s->given < m->size)
        return member_fail(m, ERR_FORMAT, "holds less than its size says", err);
    if (*got == 0 && s->crc != m->crc)
        return member_fail(m, ERR_FORMAT, "has a wrong checksum", err);
    return true;
}

/* The packed bytes, found through the local header. */
static bool member_bytes(const Zip *zip, const ZipMember *m, Str *out, Error *err)
{
    if (magic_at(zip->bytes, m->offset) != MAGIC_LOCAL || m->offset >= zip->directory)
        return member_fail(m, ERR_FORMAT, "has no local header", err);
    Reader r = reader_of(str_sub(zip->bytes, (size_t)m->offset, (size_t)zip->directory));
    reader_skip(&r, 26);
    size_t name = reader_u16le(&r), extra = reader_u16le(&r);
    reader_skip(&r, name + extra);
    if (m->stored > reader_left(&r))
        return member_fail(m, ERR_FORMAT, "reaches beyond the directory", err);
    *out = reader_take(&r, (size_t)m->stored);
    return reader_ok(&r) || member_fail(m, ERR_FORMAT, "has a damaged local header", err);
}

static bool decoder_get(Zip *zip, ZipStream *s, Error *err)
{
    if (s->has_decoder)
        return decoder_restart(&s->decoder, &s->memory.stream, err);
    decoder_init(&s->decoder, zip->arena, &s->memory.stream, "deflate", &inflate_raw, zip->limits);
    s->decoder.state = inflate_raw.open(zip->arena);
    s->has_decoder = s->decoder.state != NULL;
    return s->has_decoder || error_set(err, ERR_INTERNAL, "zip: the decoder cannot start");
}

bool zip_member_open(Zip *zip, const ZipMember *member, Stream **out, Error *err)
{
    Str packed = {0};
    if (member->flags & FLAG_ENCRYPTED)
        return member_fail(member, ERR_UNSUPPORTED, "is encrypted", err);
    if (member->method != METHOD_STORED && member->method != METHOD_DEFLATE)
        return member_fail(member, ERR_UNSUPPORTED, "is packed in an unknown way", err);
    if (member->overlaps)
        return member_fail(member, ERR_FORMAT, "overlaps another member", err);
    if (!member_bytes(zip, member, &packed, err))
        return false;
    if (!zip->stream)
        zip->stream = arena_new(zip->arena, ZipStream);
    ZipStream *s = zip->stream;
    memory_stream_init(&s->memory, packed);
    s->from = &s->memory.stream;
    if (member->method == METHOD_DEFLATE) {
        if (!decoder_get(zip, s, err))
            return false;
        s->from = &s->decoder.stream;
    }
    s->stream = (Stream){.read = zip_stream_read};
    s->member = *member;
    s->given = 0;
    s->crc = 0;
    *out = &s->stream;
    return true;
}

bool zip_member_read(Zip *zip, const ZipMember *member, uint64_t limit, Buf *into, Error *err)
{
    Stream *stream;
    if (member->size > limit)
        return member_fail(member, ERR_LIMIT, "is larger than the limit", err);
    return zip_member_open(zip, member, &stream, err) && stream_read_all(stream, limit, into, err);
}

void zip_close(Zip *zip)
{
    if (zip->stream && zip->stream->has_decoder)
        stream_close(&zip->stream->decoder.stream);
    zip->stream = NULL;
}
