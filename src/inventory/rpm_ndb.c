/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"
#include "inventory/rpm_store.h"

/* rpm's own database of SUSE: pages of slots (magic, package number, block offset, block count, 16
 * bytes each, the first two being the file's header), then blobs in blocks of 16 bytes, each with
 * a header of its own. Source: lib/backend/ndb/rpmpkg.c of rpm describes it in its head. */
enum {
    SLOT = 16,
    BLOCK = 16,
    PAGE = 4096,
    MAGIC_DB = 0x506d7052,   /* "RpmP" */
    MAGIC_SLOT = 0x746f6c53, /* "Slot" */
    MAGIC_BLOB = 0x53626c42, /* "BlbS" */
};

static void read_blob(RpmStore *store, uint32_t number, uint64_t offset, uint64_t space)
{
    Reader r = reader_of(store->bytes);
    size_t at = offset > store->bytes.len ? store->bytes.len : (size_t)offset;
    reader_seek(&r, at);
    uint32_t magic = reader_u32le(&r), owner = reader_u32le(&r);
    reader_u32le(&r); /* generation */
    uint32_t size = reader_u32le(&r);
    Str blob = reader_take(&r, size);
    if (offset + space > store->bytes.len)
        rpm_store_bad(store, at);
    if (!reader_ok(&r) || magic != MAGIC_BLOB || owner != number)
        rpm_store_bad(store, at);
    else if (rpm_store_spend(store, size, at))
        rpm_store_blob(store, blob, at);
}

bool rpm_ndb_walk(RpmStore *store)
{
    Reader r = reader_of(store->bytes);
    if (reader_u32le(&r) != MAGIC_DB)
        return false;
    reader_skip(&r, 8); /* version, generation */
    uint64_t end = (uint64_t)reader_u32le(&r) * PAGE;
    if (!reader_seek(&r, (size_t)2 * SLOT) || end > store->bytes.len) {
        rpm_store_bad(store, 0);
        end = store->bytes.len;
    }
    while (r.pos + SLOT <= end) {
        size_t at = r.pos;
        uint32_t magic = reader_u32le(&r), number = reader_u32le(&r), block = reader_u32le(&r);
        uint64_t space = (uint64_t)reader_u32le(&r) * BLOCK;
        if (magic != MAGIC_SLOT) {
            rpm_store_bad(store, at);
            break;
        }
        if (number && block)
            read_blob(store, number, (uint64_t)block * BLOCK, space);
    }
    return true;
}
