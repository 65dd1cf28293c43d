/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* A scanner that findings can come from, its own file's or another program's. */
typedef struct Scanner {
    const char *name, *summary, *spec;
} Scanner;

const Scanner *const *scanners(size_t *count);
