/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/row.h"

enum {
    ROW_MALWARE = 1 << 0,
    ROW_NOT_AFFECTED = 1 << 1,
    ROW_ALL_VERSIONS = 1 << 2,
    ROW_FIXED = 1 << 3, /* one range from the beginning until a fix: most rows are nothing else */
    ROW_RANGES = 1 << 4,
    ROW_VERSIONS = 1 << 5,
    ROW_STATUS = 1 << 6,
    ROW_URGENCY = 1 << 7,
    ROW_MODULE = 1 << 8,
    ROW_CVSS = 1 << 9,
    ROW_NAME = 1 << 10,
    ROW_ARCHES = 1 << 11,
    ROW_GOOS = 1 << 12,
    ROW_GOARCH = 1 << 13,
    ROW_IMPORTS = 1 << 14,
    ROW_DOUBT = 1 << 15,
    RANGE_INTRODUCED = 1,
    RANGE_FIXED = 2,
    RANGE_LAST = 4,
};

void zigzag_put(Buf *out, int64_t value)
{
    buf_varint(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

int64_t zigzag_take(Reader *r)
{
    uint64_t value = reader_varint(r);
    return (int64_t)((value >> 1) ^ (0 - (value & 1)));
}

static bool is_fixed_only(const Advisory *a)
{
    return a->ranges.len == 1 && a->ranges.at[0].introduced.len == 0 &&
           a->ranges.at[0].last_affected.len == 0 && a->ranges.at[0].fixed.len;
}

static unsigned flags_of(const Advisory *a)
{
    unsigned ranges = is_fixed_only(a) ? ROW_FIXED : a->ranges.len ? ROW_RANGES : 0;
    return ranges | (a->malware ? ROW_MALWARE : 0) | (a->not_affected ? ROW_NOT_AFFECTED : 0) |
           (a->all_versions ? ROW_ALL_VERSIONS : 0) | (a->versions.len ? ROW_VERSIONS : 0) |
           (a->status != STATUS_AFFECTED ? ROW_STATUS : 0) | (a->urgency.len ? ROW_URGENCY : 0) |
           (a->module.len ? ROW_MODULE : 0) | (a->cvss.vector.len ? ROW_CVSS : 0) |
           (a->package.len ? ROW_NAME : 0) | (a->arches.len ? ROW_ARCHES : 0) |
           (a->goos.len ? ROW_GOOS : 0) | (a->goarch.len ? ROW_GOARCH : 0) |
           (a->imports.len ? ROW_IMPORTS : 0) | (a->doubt.len ? ROW_DOUBT : 0);
}

static void range_put(Buf *out, const AdvisoryRange *range)
{
    unsigned has = (range->introduced.len ? RANGE_INTRODUCED : 0) |
                   (range->fixed.len ? RANGE_FIXED : 0) |
                   (range->last_affected.len ? RANGE_LAST : 0);
    buf_u8(out, (uint8_t)has);
    if (has & RANGE_INTRODUCED)
        buf_str_wire(out, range->introduced);
    if (has & RANGE_FIXED)
        buf_str_wire(out, range->fixed);
    if (has & RANGE_LAST)
        buf_str_wire(out, range->last_affected);
}

static void range_take(Reader *r, AdvisoryRange *out)
{
    unsigned has = reader_u8(r);
    if (has & RANGE_INTRODUCED)
        out->introduced = reader_str(r);
    if (has & RANGE_FIXED)
        out->fixed = reader_str(r);
    if (has & RANGE_LAST)
        out->last_affected = reader_str(r);
}

/* References of one list lie close together: each is written as its distance from the last. */
static void list_put(Buf *out, Strings *pool, const StrVec *list)
{
    int64_t last = 0;
    buf_varint(out, list->len);
    for (size_t i = 0; i < list->len; i++) {
        int64_t ref = strings_put(pool, list->at[i]);
        zigzag_put(out, ref - last);
        last = ref;
    }
}

/* A count that the bytes that are left cannot hold is a lie. */
static size_t count_take(Reader *r)
{
    uint64_t count = reader_varint(r);
    if (count > reader_left(r))
        reader_fail(r);
    return reader_ok(r) ? (size_t)count : 0;
}

static void list_take(Reader *r, Str pool, Arena *arena, StrVec *out)
{
    size_t count = count_take(r);
    out->at = arena_new_array(arena, Str, count);
    out->cap = count;
    uint64_t ref = 0;
    for (; out->len < count && reader_ok(r); out->len++) {
        ref += (uint64_t)zigzag_take(r);
        out->at[out->len] = strings_at(pool, ref);
    }
}

static void imports_put(Buf *out, Strings *pool, const Advisory *a)
{
    buf_varint(out, a->imports.len);
    for (size_t i = 0; i < a->imports.len; i++) {
        buf_varint(out, strings_put(pool, a->imports.at[i].path));
        list_put(out, pool, &a->imports.at[i].symbols);
    }
}

static void imports_take(Reader *r, Str pool, Arena *arena, Advisory *out)
{
    size_t count = count_take(r);
    for (size_t i = 0; i < count && reader_ok(r); i++) {
        AdvisoryImport *import = vec_push(arena, &out->imports);
        import->path = strings_at(pool, reader_varint(r));
        list_take(r, pool, arena, &import->symbols);
    }
}

void row_put(Buf *out, Strings *pool, const Advisory *a)
{
    unsigned flags = flags_of(a);
    buf_varint(out, flags);
    if (flags & ROW_FIXED)
        buf_str_wire(out, a->ranges.at[0].fixed);
    if (flags & ROW_RANGES) {
        buf_varint(out, a->ranges.len);
        for (size_t i = 0; i < a->ranges.len; i++)
            range_put(out, &a->ranges.at[i]);
    }
    if (flags & ROW_VERSIONS)
        list_put(out, pool, &a->versions);
    if (flags & ROW_STATUS)
        buf_u8(out, (uint8_t)a->status);
    if (flags & ROW_URGENCY)
        buf_varint(out, strings_put(pool, a->urgency));
    if (flags & ROW_MODULE)
        buf_varint(out, strings_put(pool, a->module));
    if (flags & ROW_CVSS)
        buf_varint(out, strings_put(pool, a->cvss.vector));
    if (flags & ROW_NAME)
        buf_varint(out, strings_put(pool, a->package));
    if (flags & ROW_ARCHES)
        list_put(out, pool, &a->arches);
    if (flags & ROW_GOOS)
        list_put(out, pool, &a->goos);
    if (flags & ROW_GOARCH)
        list_put(out, pool, &a->goarch);
    if (flags & ROW_IMPORTS)
        imports_put(out, pool, a);
    if (flags & ROW_DOUBT)
        list_put(out, pool, &a->doubt);
}

static void ranges_take(Reader *r, Arena *arena, unsigned flags, Advisory *out)
{
    enum { SURE = 64 }; /* more are believed as they come */
    size_t count = flags & ROW_FIXED ? 1 : count_take(r);
    out->ranges.cap = count < SURE ? count : SURE;
    out->ranges.at = arena_new_array(arena, AdvisoryRange, out->ranges.cap);
    if (flags & ROW_FIXED) {
        vec_push(arena, &out->ranges)->fixed = reader_str(r);
        return;
    }
    for (size_t i = 0; i < count && reader_ok(r); i++)
        range_take(r, vec_push(arena, &out->ranges));
}

void row_take_texts(const struct RowTexts *texts, Str pool, Advisory *out)
{
    if (texts->urgency)
        out->urgency = strings_at(pool, texts->urgency - 1);
    if (texts->vector)
        out->cvss.vector = strings_at(pool, texts->vector - 1);
}

/* 0 is none; a place that far out is no place either way. */
static uint64_t place_take(Reader *r)
{
    return reader_varint(r) + 1;
}

bool row_take(Reader *r, Str pool, Arena *arena, Advisory *out, struct RowTexts *texts)
{
    unsigned flags = (unsigned)reader_varint(r);
    *texts = (struct RowTexts){0};
    out->malware = flags & ROW_MALWARE;
    out->not_affected = flags & ROW_NOT_AFFECTED;
    out->all_versions = flags & ROW_ALL_VERSIONS;
    out->status = STATUS_AFFECTED;
    if (flags & (ROW_FIXED | ROW_RANGES))
        ranges_take(r, arena, flags, out);
    if (flags & ROW_VERSIONS)
        list_take(r, pool, arena, &out->versions);
    if (flags & ROW_STATUS) {
        uint8_t status = reader_u8(r);
        out->status = status < FINDING_STATUSES ? (FindingStatus)status : STATUS_UNKNOWN;
    }
    if (flags & ROW_URGENCY)
        texts->urgency = place_take(r);
    if (flags & ROW_MODULE)
        out->module = strings_at(pool, reader_varint(r));
    if (flags & ROW_CVSS)
        texts->vector = place_take(r);
    if (flags & ROW_NAME)
        out->package = strings_at(pool, reader_varint(r));
    if (flags & ROW_ARCHES)
        list_take(r, pool, arena, &out->arches);
    if (flags & ROW_GOOS)
        list_take(r, pool, arena, &out->goos);
    if (flags & ROW_GOARCH)
        list_take(r, pool, arena, &out->goarch);
    if (flags & ROW_IMPORTS)
        imports_take(r, pool, arena, out);
    if (flags & ROW_DOUBT)
        list_take(r, pool, arena, &out->doubt);
    return reader_ok(r);
}
