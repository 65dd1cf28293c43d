/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "inventory/cataloger.h"

/* One walk over one of rpm's three databases. A store finds the blobs and hands each to
 * rpm_store_blob; what it cannot follow it counts with rpm_store_bad and goes on.
 *
 * Blobs are chains of pages, and nothing keeps a hostile file from letting a million entries share
 * one chain: `budget` bounds the bytes that are put together to a multiple of the file. */
typedef struct RpmStore {
    Str bytes;
    const CatalogFile *file;
    CatalogSink *sink;
    Buf blob; /* the one being put together */
    uint64_t budget;
    size_t bad, first_bad; /* places that could not be read; offset of the first */
} RpmStore;

void rpm_store_blob(RpmStore *store, Str blob, size_t offset);
void rpm_store_bad(RpmStore *store, size_t offset);
/* False, with the budget's end as a bad place, if `size` more bytes may not be copied. */
bool rpm_store_spend(RpmStore *store, uint64_t size, size_t offset);

/* False if the file is not of this kind at all. */
bool rpm_sqlite_walk(RpmStore *store);
bool rpm_ndb_walk(RpmStore *store);
bool rpm_bdb_walk(RpmStore *store);
