/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* CVSS base scores from their vectors: v2.0, v3.0, v3.1 and v4.0, as FIRST's specifications compute
 * them, in tenths so that every machine gives the same. */
typedef struct Cvss {
    Str version; /* "2.0", "3.0", "3.1", "4.0"; empty: none */
    Str vector;
    Str source;   /* who gave it: a feed's name or an address */
    double score; /* 0.0-10.0 */
    char av;      /* N A L P, or '?' */
} Cvss;

/* Reads a vector ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "(AV:...)", "CVSS:3.1/AV:N/..."); computes score
 * and av. False for what is no valid vector; *out is then empty. `source` is left alone. */
bool cvss_parse(Str vector, Cvss *out);
