/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/wire.h"

/* The parts that an inventory's and a layer's messages share. A taker fails its reader where
 * something cannot be; callers ask reader_ok. */
typedef struct WireTake {
    Reader in;
    Arena *arena;
    const Limits *limits;
    const char *why; /* the first thing that was wrong; NULL: the bytes end early */
    size_t at;       /* where that was */
} WireTake;

bool wire_fail(WireTake *take, const char *why);
/* A count of things of at least one byte each, so that it cannot exceed what is left. */
size_t wire_take_count(WireTake *take, uint64_t limit);
/* An index below `count` or the given value for none. */
uint32_t wire_take_index(WireTake *take, size_t count, uint32_t none);
void wire_put_index(Buf *out, uint32_t index, uint32_t none);

void wire_put_strs(Buf *out, const StrVec *strs);
void wire_take_strs(WireTake *take, StrVec *out);
void wire_put_notes(Buf *out, const NoteVec *notes);
void wire_take_notes(WireTake *take, NoteVec *out);
void wire_put_os(Buf *out, const OsRelease *os);
void wire_take_os(WireTake *take, OsRelease *out);
void wire_put_packages(Buf *out, const PackageVec *packages);
/* `layers` and `executables`: how many there are to be pointed at. */
void wire_take_packages(WireTake *take, size_t layers, size_t executables, PackageVec *out);
void wire_put_executables(Buf *out, const ExecutableVec *executables);
void wire_take_executables(WireTake *take, ExecutableVec *out);
