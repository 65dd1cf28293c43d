/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"
#include "inventory/rpm_store.h"

/* The table `Packages` of an SQLite database, read by hand: it is one b-tree whose leaves hold
 * (number, header). SQLite itself would have to be loaded before the sandbox closes in every scan,
 * because no one knows yet whether the image has such a database, and opens files of its own; the
 * part of its format that a walk over one table needs is this file. A database in WAL mode reads
 * the same.
 * Spec: https://www.sqlite.org/fileformat2.html */
enum {
    FILE_HEADER = 100,
    PAGE_INTERIOR = 5,
    PAGE_LEAF = 13,
    DEPTH = 20, /* SQLite's own bound for a cursor */
};

typedef struct Sqlite {
    RpmStore *store;
    size_t page_size, usable;
    uint32_t pages;
    uint64_t visits; /* pages that may still be visited: a loop of pages ends with it */
    /* What to do with a row's record. */
    void (*row)(struct Sqlite *db, Str record, size_t at);
    uint32_t root; /* of Packages; 0: not found */
} Sqlite;

static uint64_t take_varint(Reader *r)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        uint8_t byte = reader_u8(r);
        value = value << 7 | (byte & 0x7f);
        if (byte < 0x80)
            return value;
    }
    return value << 8 | reader_u8(r);
}

/* Column `index` of a record; `*type` is its serial type. */
static Str record_column(Str record, size_t index, uint64_t *type)
{
    Reader types = reader_of(record), values = types;
    uint64_t header = take_varint(&types);
    if (header > record.len || !reader_seek(&values, (size_t)header))
        return (Str){0};
    types.bytes = str_head(types.bytes, (size_t)header);
    static const uint8_t fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    for (size_t i = 0; i <= index; i++) {
        *type = take_varint(&types);
        uint64_t size = *type < 12 ? fixed[*type] : (*type - 12) / 2;
        if (!reader_ok(&types) || size > reader_left(&values))
            return (Str){0};
        Str value = reader_take(&values, (size_t)size);
        if (i == index)
            return value;
    }
    return (Str){0};
}

static void schema_row(Sqlite *db, Str record, size_t at)
{
    (void)at;
    uint64_t type = 0, number = 0;
    if (!str_eq(record_column(record, 0, &type), STR("table")) ||
        !str_eq(record_column(record, 1, &type), STR("Packages")))
        return;
    Reader r = reader_of(record_column(record, 3, &type));
    if (type == 9)
        number = 1;
    for (size_t left = reader_left(&r); left; left--)
        number = number << 8 | reader_u8(&r);
    if (number <= UINT32_MAX)
        db->root = (uint32_t)number;
}

static void package_row(Sqlite *db, Str record, size_t at)
{
    uint64_t type = 0;
    Str blob = record_column(record, 1, &type);
    if (type < 12 || blob.len == 0)
        rpm_store_bad(db->store, at);
    else
        rpm_store_blob(db->store, blob, at);
}

static Str page_bytes(const Sqlite *db, uint32_t number)
{
    if (number == 0 || number > db->pages)
        return (Str){0};
    size_t at = (size_t)(number - 1) * db->page_size;
    return str_sub(db->store->bytes, at, at + db->page_size);
}

/* A payload that does not fit a page goes on in a chain of pages. */
static bool take_payload(Sqlite *db, Reader *cell, uint64_t size, Str *out, size_t at)
{
    RpmStore *store = db->store;
    uint64_t whole = db->usable - 35, least = (db->usable - 12) * 32 / 255 - 23;
    if (size > store->bytes.len || !rpm_store_spend(store, size + 1, at))
        return false;
    if (size <= whole) {
        *out = reader_take(cell, (size_t)size);
        return reader_ok(cell);
    }
    uint64_t local = least + (size - least) % (db->usable - 4);
    Str part = reader_take(cell, (size_t)(local <= whole ? local : least));
    uint32_t next = reader_u32be(cell);
    if (!reader_ok(cell))
        return false;
    buf_clear(&store->blob);
    buf_put(&store->blob, part);
    while (store->blob.len < size) {
        Reader page = reader_of(str_head(page_bytes(db, next), db->usable));
        next = reader_u32be(&page);
        size_t left = (size_t)size - store->blob.len, here = reader_left(&page);
        if (!reader_ok(&page) || here == 0)
            return false;
        buf_put(&store->blob, reader_take(&page, left < here ? left : here));
    }
    *out = buf_str(&store->blob);
    return true;
}

static void leaf_cell(Sqlite *db, Str page, size_t offset, size_t at)
{
    Reader cell = reader_of(str_head(page, db->usable));
    reader_seek(&cell, offset);
    uint64_t size = take_varint(&cell);
    take_varint(&cell); /* the row's number */
    Str record;
    if (reader_ok(&cell) && take_payload(db, &cell, size, &record, at + offset))
        db->row(db, record, at + offset);
    else
        rpm_store_bad(db->store, at + offset);
}

static void walk(Sqlite *db, uint32_t number, unsigned depth)
{
    Str page = page_bytes(db, number);
    size_t at = number ? (size_t)(number - 1) * db->page_size : 0;
    Reader r = reader_of(page);
    reader_skip(&r, number == 1 ? FILE_HEADER : 0);
    uint8_t type = reader_u8(&r);
    reader_skip(&r, 2); /* first free block */
    uint16_t cells = reader_u16be(&r);
    reader_skip(&r, 3); /* content's begin, fragments */
    uint32_t right = type == PAGE_INTERIOR ? reader_u32be(&r) : 0;
    bool known = type == PAGE_INTERIOR || type == PAGE_LEAF;
    if (!reader_ok(&r) || !known || depth > DEPTH || db->visits == 0) {
        rpm_store_bad(db->store, at);
        return;
    }
    db->visits--;
    for (uint16_t i = 0; i < cells && reader_ok(&r); i++) {
        size_t offset = reader_u16be(&r);
        if (type == PAGE_LEAF) {
            leaf_cell(db, page, offset, at);
        } else {
            Reader child = reader_of(page);
            reader_seek(&child, offset);
            walk(db, reader_u32be(&child), depth + 1);
        }
    }
    if (!reader_ok(&r))
        rpm_store_bad(db->store, at);
    else if (type == PAGE_INTERIOR)
        walk(db, right, depth + 1);
}

static bool is_page_size(uint64_t size)
{
    return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

bool rpm_sqlite_walk(RpmStore *store)
{
    Reader r = reader_of(store->bytes);
    if (!str_eq(reader_take(&r, 16), str_of("SQLite format 3", 16)))
        return false;
    Sqlite db = {.store = store, .row = schema_row};
    db.page_size = reader_u16be(&r);
    db.page_size = db.page_size == 1 ? 65536 : db.page_size;
    reader_skip(&r, 2); /* versions to write and to read with */
    size_t reserved = reader_u8(&r);
    if (!reader_ok(&r) || !is_page_size(db.page_size) || db.page_size - reserved < 480) {
        rpm_store_bad(store, 0);
        return true;
    }
    db.usable = db.page_size - reserved;
    uint64_t pages = store->bytes.len / db.page_size;
    db.pages = pages > UINT32_MAX ? UINT32_MAX : (uint32_t)pages;
    db.visits = 2 * pages;
    walk(&db, 1, 0);
    db.row = package_row;
    if (db.root)
        walk(&db, db.root, 0);
    else
        rpm_store_bad(store, 0);
    return true;
}
