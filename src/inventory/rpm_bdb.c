/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"
#include "inventory/rpm_store.h"

/* Berkeley DB's hash access method, as far as rpm's `Packages` uses it. Page 0 describes the file;
 * hash pages hold pairs of key and value as offsets from the page's start; a header is larger than
 * a page, so its value names the first of a chain of overflow pages. The order of keys does not
 * matter here: all pages are visited in the order of the file, and buckets need no following. Both
 * byte orders occur, the one of the machine that made the file.
 * Spec: the page layouts in Berkeley DB's src/dbinc/db_page.h. */
enum {
    MAGIC = 0x061561,
    PAGE_HEADER = 26,
    PAGE_HASH_UNSORTED = 2,
    PAGE_OVERFLOW = 7,
    PAGE_HASH_META = 8,
    PAGE_HASH = 13,
    ITEM_INLINE = 1,
    ITEM_OFF_PAGE = 3,
    HEADER_MIN = 24, /* of an rpm header: shorter values are counters of rpm's own */
};

typedef struct Bdb {
    RpmStore *store;
    bool big;
    uint32_t page_size;
    uint32_t pages; /* that the file really has */
} Bdb;

typedef struct Page {
    size_t at;
    Str bytes;
    uint32_t next;
    uint16_t entries, fill; /* fill: on an overflow page, the bytes it holds */
    uint8_t type;
} Page;

static uint16_t take_u16(const Bdb *db, Reader *r)
{
    return db->big ? reader_u16be(r) : reader_u16le(r);
}

static uint32_t take_u32(const Bdb *db, Reader *r)
{
    return db->big ? reader_u32be(r) : reader_u32le(r);
}

static bool page_open(const Bdb *db, uint32_t number, Page *out)
{
    if (number >= db->pages)
        return false;
    out->at = (size_t)number * db->page_size;
    out->bytes = str_sub(db->store->bytes, out->at, out->at + db->page_size);
    Reader r = reader_of(out->bytes);
    reader_skip(&r, 16); /* log sequence number, own number, previous page */
    out->next = take_u32(db, &r);
    out->entries = take_u16(db, &r);
    out->fill = take_u16(db, &r);
    reader_u8(&r); /* level */
    out->type = reader_u8(&r);
    return reader_ok(&r);
}

/* The budget bounds the chain: every page of it costs its size. */
static void read_chain(const Bdb *db, uint32_t number, uint32_t size, size_t at)
{
    RpmStore *store = db->store;
    buf_clear(&store->blob);
    while (store->blob.len < size) {
        Page page;
        if (!page_open(db, number, &page) || page.type != PAGE_OVERFLOW || page.fill == 0 ||
            page.fill > db->page_size - PAGE_HEADER) {
            rpm_store_bad(store, at);
            return;
        }
        if (!rpm_store_spend(store, db->page_size, at))
            return;
        Str part = str_sub(page.bytes, PAGE_HEADER, (size_t)PAGE_HEADER + page.fill);
        buf_put(&store->blob, str_head(part, size - store->blob.len));
        number = page.next;
    }
    rpm_store_blob(store, buf_str(&store->blob), at);
}

static void read_value(const Bdb *db, const Page *page, size_t offset, size_t end)
{
    Reader r = reader_of(str_sub(page->bytes, 0, end));
    reader_seek(&r, offset);
    uint8_t kind = reader_u8(&r);
    if (kind == ITEM_OFF_PAGE) {
        reader_skip(&r, 3);
        uint32_t first = take_u32(db, &r), size = take_u32(db, &r);
        if (!reader_ok(&r) || size > db->store->bytes.len)
            rpm_store_bad(db->store, page->at + offset);
        else
            read_chain(db, first, size, page->at + offset);
    } else if (kind == ITEM_INLINE && reader_left(&r) >= HEADER_MIN) {
        Str blob = reader_take(&r, reader_left(&r));
        if (rpm_store_spend(db->store, blob.len, page->at))
            rpm_store_blob(db->store, blob, page->at + offset);
    }
}

/* Items are laid down from the page's end, so each ends where the one before begins. */
static void read_hash_page(const Bdb *db, const Page *page)
{
    Reader r = reader_of(page->bytes);
    reader_seek(&r, PAGE_HEADER);
    size_t end = db->page_size;
    for (uint32_t i = 0; i < page->entries; i++) {
        size_t offset = take_u16(db, &r);
        if (!reader_ok(&r) || offset >= end) {
            rpm_store_bad(db->store, page->at);
            return;
        }
        if (i % 2 == 1)
            read_value(db, page, offset, end);
        end = offset;
    }
}

bool rpm_bdb_walk(RpmStore *store)
{
    Bdb db = {.store = store};
    Reader r = reader_of(store->bytes);
    reader_skip(&r, 12);
    Reader other = r;
    if (reader_u32le(&r) != MAGIC) {
        if (reader_u32be(&other) != MAGIC)
            return false;
        db.big = true;
        r = other;
    }
    take_u32(&db, &r); /* version */
    db.page_size = take_u32(&db, &r);
    uint8_t encrypted = reader_u8(&r), type = reader_u8(&r);
    reader_skip(&r, 6); /* flags, free list */
    uint32_t last = take_u32(&db, &r);
    bool power =
        db.page_size >= 512 && db.page_size <= 65536 && (db.page_size & (db.page_size - 1)) == 0;
    if (!reader_ok(&r) || !power || encrypted || type != PAGE_HASH_META) {
        rpm_store_bad(store, 0);
        return true;
    }
    uint64_t pages = store->bytes.len / db.page_size;
    db.pages = pages > UINT32_MAX ? UINT32_MAX : (uint32_t)pages;
    for (uint32_t i = 1; i < db.pages; i++) {
        Page page;
        if (page_open(&db, i, &page) && (page.type == PAGE_HASH || page.type == PAGE_HASH_UNSORTED))
            read_hash_page(&db, &page);
    }
    if (last >= db.pages)
        rpm_store_bad(store, (size_t)db.pages * db.page_size);
    return true;
}
