/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* The manual pages as plain text, for --help; made from docs/man by tools/man2help.c. */
typedef struct HelpPage {
    const char *command; /* "assay", "assay-scan" */
    const char *text;    /* whole lines */
} HelpPage;

extern const HelpPage help_pages[];
extern const size_t help_page_count;
