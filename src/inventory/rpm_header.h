/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/reader.h"

/* A header as rpm's databases hold it: a count of index entries, the size of the data, the index
 * (tag, type, offset, count; 16 bytes each, big-endian), the data. All reading is bounded by the
 * blob. Spec: https://rpm-software-management.github.io/rpm/manual/format_header.html */
typedef struct RpmHeader {
    Str index, data;
} RpmHeader;

enum RpmTag {
    RPM_NAME = 1000,
    RPM_VERSION = 1001,
    RPM_RELEASE = 1002,
    RPM_EPOCH = 1003,
    RPM_VENDOR = 1011,
    RPM_LICENSE = 1014,
    RPM_ARCH = 1022,
    RPM_OLDFILENAMES = 1027,
    RPM_SOURCERPM = 1044,
    RPM_DIRINDEXES = 1116,
    RPM_BASENAMES = 1117,
    RPM_DIRNAMES = 1118,
    RPM_MODULARITYLABEL = 5096,
};

/* False for what is no header: sizes that do not fit the blob. */
bool rpm_header_open(Str blob, RpmHeader *out);
/* A string (of an array or a translated one, the first); empty if absent or not a string. */
Str rpm_header_str(const RpmHeader *h, uint32_t tag);
/* The first of 32-bit numbers; false if absent. */
bool rpm_header_u32(const RpmHeader *h, uint32_t tag, uint32_t *out);
/* The bytes from the first element on, and how many elements the header says there are (they need
 * not be there: take them one by one). Absent: count 0. */
Reader rpm_header_strings(const RpmHeader *h, uint32_t tag, uint32_t *count);
Reader rpm_header_u32s(const RpmHeader *h, uint32_t tag, uint32_t *count);
/* The next string of rpm_header_strings; false at the end of the data. */
bool rpm_take_string(Reader *r, Str *out);
