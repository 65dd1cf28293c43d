/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/package.h"

/* Package URLs, as the purl specification and its type definitions have them. */
Str purl_of(Arena *arena, const Package *package, const OsRelease *os);

typedef struct Purl {
    Str type, namespace, name, version; /* percent-decoded */
    Str distro, arch, epoch, upstream;  /* qualifiers that we use */
    Str subpath;
} Purl;
/* False for what is no purl. */
bool purl_parse(Arena *arena, Str text, Purl *out);
/* The name as its ecosystem writes it: "group:artifact", "@scope/name", "vendor/name". */
Str purl_package_name(Arena *arena, const Purl *purl);
