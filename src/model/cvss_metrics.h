/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* What cvss.c and cvss4.c share. A vector becomes one letter a metric, in the order of its
 * version's table; 0 where the vector does not name it. */
typedef struct CvssMetric {
    Str key;
    const char *values; /* one letter each; empty: any word, and not read */
    bool required;
} CvssMetric;

enum { CVSS_METRICS_MAX = 32, CVSS4_METRICS = 32 };
extern const CvssMetric cvss4_metrics[CVSS4_METRICS];
/* In tenths. */
int64_t cvss4_score(const char *letters);
