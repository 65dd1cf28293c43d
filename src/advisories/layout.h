/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* The database file, little-endian throughout.
 *
 *   header    magic[8], u32 format, u32 flags, u64 length of the file, sha256[32] of all that
 *             follows it, i32 day built, i32 day of EPSS, then offset and length (u64) of every
 *             section
 *   index     u32 bits, u32 count, u32 starts[2^bits + 1], then {u32 low half of the hash, u32
 *             value}[count] in the order of hashes: the upper `bits` of a hash choose a bucket of
 *             about two entries
 *   package   ecosystem (a string's reference), key, kind, count, length of what follows; all rows
 *             of one package stand together, so that matching it touches one place. A list instead
 *             of rows holds places of other packages: "*:artifact" of Maven
 *   row       source, row_put's, how many ids it speaks of that were not rejected, length of its
 *             records. Records that say the same share a row, which is judged once: a kernel's
 *             4,000 flaws were mended by some 300 releases
 *   record    its name, count of ids, ids (as the length of a suffix of the record's name, or 0 and
 *             a string's reference; then twice the vulnerability's ordinal, odd where it was
 *             rejected)
 *   vulnerability  see vulnerability_put
 */
#define DATABASE_MAGIC STR("ASSAYDB\n")
enum {
    DATABASE_FORMAT = 3,
    DATABASE_SEED = 1, /* flag */
    HEADER_DIGEST = 24,
    HEADER_DIGESTED = 56,
    HEADER_SECTIONS = 64,
};

typedef enum Section {
    SECTION_STRINGS,
    SECTION_PACKAGE_INDEX,
    SECTION_PACKAGES,
    SECTION_NAME_INDEX, /* ids and aliases, in upper case, to ordinals */
    SECTION_OFFSETS,    /* u32 place of every vulnerability, by ordinal */
    SECTION_VULNERABILITIES,
    SECTION_TITLES,
    SECTION_ECOSYSTEMS, /* strings, sorted */
    SECTION_SOURCES,
    SECTION_EOL,
    SECTION_CWES,
    SECTIONS,
} Section;

enum { HEADER_BYTES = HEADER_SECTIONS + 16 * SECTIONS };
typedef enum PackageKind {
    PACKAGE_ROWS,
    PACKAGE_LIST,
    PACKAGE_ONCE, /* rows, none of malware, that name no vulnerability twice */
    PACKAGE_KINDS,
} PackageKind;

uint64_t package_hash(Str ecosystem, Str key);
uint64_t name_hash(Str name); /* letters count in either case */
