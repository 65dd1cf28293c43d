/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "archive/tar.h"

/* Inside src/archive: what tar.c, tar_header.c and sparse.c share. */
enum { TAR_BLOCK = 512 };

typedef enum TarBlock { TAR_BLOCK_ZERO, TAR_BLOCK_HEADER, TAR_BLOCK_JUNK } TarBlock;

/* Zeros, a header whose checksum holds (signed sums of old programs too), or neither. */
TarBlock tar_block_kind(Str block);

typedef enum TarMagic { TAR_V7, TAR_USTAR, TAR_GNU } TarMagic;
TarMagic tar_magic(Str block);

/* Octal with blanks around, or base-256; false if it is neither, negative or does not fit. */
bool tar_number(Str field, uint64_t *out);
Str tar_field(Str block, size_t at, size_t len);
Str tar_text(Str field); /* up to the first NUL */

/* GNU.sparse.major and .minor, of which 0.0, 0.1 and 1.0 are known. */
typedef enum TarSparseNumber { SPARSE_UNSAID, SPARSE_0, SPARSE_1, SPARSE_OTHER } TarSparseNumber;

/* What the extended headers before an entry said of it. As Go's archive/tar reads them, with which
 * container engines unpack: of several PAX headers the last holds alone, GNU's long names are above
 * their names, those of sparse files above all, and an empty value says nothing. */
typedef struct TarExtra {
    bool has_path, has_link, has_size, has_real_size, has_mtime, has_uid, has_gid, too_long;
    bool long_path, long_link;                  /* path and link are GNU's */
    size_t path_len, link_len, sparse_path_len; /* in TarReader.path, .link and .sparse_path */
    uint64_t size, real_size, uid, gid;
    int64_t mtime;
    TarSparseNumber sparse_major, sparse_minor;
    bool sparse; /* PAX sparse, of a known version */
    bool has_map, size_bad, sparse_bad;
    uint64_t run_at; /* PAX 0.0: the offset that waits for its length */
} TarExtra;

/* tar.c */
/* Makes the buffer hold `need` bytes, fewer only at the end of the stream. */
MUST_USE bool tar_fill(TarReader *r, size_t need, Error *err);
Str tar_held(const TarReader *r);
void tar_take(TarReader *r, size_t len); /* of the bytes held */
uint64_t tar_offset(const TarReader *r);
MUST_USE bool tar_skip(TarReader *r, uint64_t len, Error *err);

/* Copies the bytes, which may be none; gives how many. */
size_t bytes_copy(void *into, Str bytes);

/* tar_pax.c */
/* Reads the records of an extended header of `size` bytes; what an earlier one said is gone. */
MUST_USE bool pax_read(TarReader *r, uint64_t size, TarExtra *extra, Error *err);
/* Copies a long name; marks it when it does not fit. */
size_t name_store(TarReader *r, char *into, Str name, TarExtra *extra);

/* sparse.c */
void sparse_clear(TarReader *r);
bool sparse_add(TarReader *r, uint64_t at, uint64_t len);
bool sparse_add_list(TarReader *r, Str list); /* "0,10,20,5" */
MUST_USE bool sparse_read_gnu(TarReader *r, Str block, Error *err);
MUST_USE bool sparse_read_pax(TarReader *r, Error *err);
/* The runs are in order, within the size and not more than what is stored. */
bool sparse_is_sound(const TarReader *r);
MUST_USE bool sparse_read(TarReader *r, void *into, size_t cap, size_t *got, Error *err);
