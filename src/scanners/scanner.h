/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* What findings can come from: a row for `assay list scanners`. */
typedef struct Scanner {
    const char *name, *summary, *spec;
} Scanner;

const Scanner *const *scanners(size_t *count);
