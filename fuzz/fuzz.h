/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/arena.h"
#include "base/stream.h"

/* What libFuzzer, AFL++ and replay.c call. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A program of several rows is called by a name that ends in one of theirs (fuzz_feed.osv), so that
 * each has a corpus and a count of its own. FUZZ_ROW gives that row of an array whose rows begin
 * with their name; a program that is called by another name ends. */
#define FUZZ_ROW(rows) (&(rows)[fuzz_row_find(&(rows)[0].name, sizeof(rows)[0], COUNT_OF(rows))])
size_t fuzz_row_find(const char *const *first_name, size_t stride, size_t count);

/* An empty arena that keeps its first block, of at least `size` bytes, from one call to the next. */
Arena *fuzz_arena(size_t size);

/* A stream that gives at most `portion` bytes at a time; with an even one it can skip. */
typedef struct DripStream {
    Stream stream;
    Str rest;
    size_t portion;
} DripStream;
void drip_stream_init(DripStream *s, Str bytes, size_t portion);

/* An arena's copy of the input, whose first byte ('a', 'b', ...) is taken off as a choice among
 * `count`. */
unsigned fuzz_choice(Str *input, unsigned count);

/* What a checksum or a length would hide from the fuzzer is set right in a copy of the input; an
 * input of odd length stays as it is. */
Str tar_mend(Arena *arena, Str bytes);
Str zip_mend(Arena *arena, Str bytes);
/* A gzip member around a DEFLATE stream; bytes behind the stream's end follow it. */
Str gzip_wrap(Arena *arena, Str deflate);
