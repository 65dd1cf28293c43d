/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/stream.h"

/* A reader of comma-separated values (RFC 4180; lines may end in LF alone), from a stream of any
 * length in bounded memory. Fields live until the next row is taken. Not thread-safe. */
enum { CSV_FIELDS = 512, CSV_ROW_BYTES = 1 << 20 };

typedef struct Csv {
    Stream *in; /* not owned */
    Buf input, text;
    size_t pos;
    bool ended;
    uint64_t line; /* of the row last taken, from 1 */
    uint64_t lines;
    size_t count;
    size_t starts[CSV_FIELDS + 1];
    StrVec header;
    Arena arena;
} Csv;

void csv_init(Csv *csv, Stream *in);
void csv_fini(Csv *csv); /* fits CLEANUP(csv_fini) */

/* *got false at the end. A quote out of place, a row of more than CSV_FIELDS fields or
 * CSV_ROW_BYTES bytes and a quoted field without an end are errors that name the line. Empty lines
 * are passed over. */
MUST_USE bool csv_next(Csv *csv, bool *got, Error *err);
/* The i-th field of the row; empty beyond its last. */
Str csv_field(const Csv *csv, size_t i);

/* Takes a row as the header; afterwards csv_column finds a column by its name, or STR_NONE. Lines
 * that start with '#' before it are passed over (EPSS has one). */
MUST_USE bool csv_take_header(Csv *csv, Error *err);
size_t csv_column(const Csv *csv, Str name);
