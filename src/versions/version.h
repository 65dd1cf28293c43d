/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* How package managers order versions: one scheme a file, one row each in version.c. */
typedef enum VersionOrder {
    VERSION_LESS = -1,
    VERSION_EQUAL = 0,
    VERSION_GREATER = 1,
    VERSION_UNORDERED = 2, /* there is nothing to compare: one of the two is blank */
} VersionOrder;

typedef struct VersionScheme {
    const char *name, *summary, *spec; /* spec: a URL */
    /* Both without white space at their ends, neither empty; call it through version_compare. Total
     * over all strings: what the specification does not know is ordered as the native tool does.
     * Numbers may be of any length. Never allocates. */
    VersionOrder (*compare)(Str a, Str b);
    bool (*valid)(Str v); /* well-formed by the letter of the specification */
} VersionScheme;

const VersionScheme *version_scheme_find(Str name);         /* NULL if unknown */
const VersionScheme *const *version_schemes(size_t *count); /* in the order of their names */

VersionOrder version_compare(const VersionScheme *scheme, Str a, Str b);
