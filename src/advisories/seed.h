/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"

/* The seed: what the sources say, as facts without prose, in files small enough to be committed.
 *
 * Each file is xz over lines of UTF-8. Fields are separated by tabs, items in a field by spaces;
 * tab, line feed, space and backslash inside an item are written \t \n \s \\. Empty fields at the
 * end of a line are left out. The first line is
 *
 *   assay-seed 1  SOURCE  MODIFIED  RECORDS
 *
 * and every other begins with a letter:
 *
 *   R  ID  NAMES  PUBLISHED  VECTORS  WORD  CWES          a record; its rows follow
 *   A  ECOSYSTEM  PACKAGE  RANGES  KEY=ITEMS ...          a row. Ranges: ">=1.2 <1.4.5 >=2 <=2.3";
 *                                                         one that begins with "<" has no first
 *                                                         version, one that ends with ">=" no last.
 *                                                         Keys: versions cvss urgency (where they
 *                                                         are not the record's) module status
 * arches goos goarch import (path, then symbols) all malware not-affected V  ID  PUBLISHED  FLAGS
 * CWES  SOURCE=VECTOR ...      flags: d(isputed) r(ejected) E  ID  EPSS  PERCENTILE in 1 / 100,000;
 * MODIFIED is their day K  ID  ADDED  DUE  ransomware X  ID  EXPLOITS names of exploit_name S  ID
 * EXPLOITATION  AUTOMATABLE  TECHNICAL_IMPACT L  PRODUCT  RELEASE  CODENAME  EOL  EXTENDED days, or
 * "ended" W  CWE  NAME
 *
 * What is known about single CVEs is kept for those that a record names, and for all of KEV. */
#define SEED_MAGIC STR("assay-seed 1")
enum { SEED_FILE_BYTES = 950000 };

/* Reads the feeds under `options->dir` and writes the seed's files into `out`, which must exist;
 * the same feeds give the same bytes. Files of an older seed there are removed. */
MUST_USE bool database_seed(const BuildOptions *options, Str out, Arena *arena, BuildReport *report,
                            Error *err);
