/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/error.h"

/* Libraries that are rarely needed are opened when they are, not linked: linking them would cost
 * every start several times what a scan of cached layers takes. A library is one static table:
 *
 *     static struct { const char *(*version)(void); } zlib;
 *     static const LibrarySymbol symbols[] = {{"zlibVersion", &zlib.version}};
 *     static Library library = LIBRARY("libz.so.1", "zlib1g", symbols);
 */
typedef struct LibrarySymbol {
    const char *name;
    void *into; /* the address of a function pointer */
} LibrarySymbol;

typedef struct Library {
    const char *soname;
    const char *package; /* of Debian, for the message */
    const LibrarySymbol *symbols;
    size_t count;
    _Atomic bool ready;
} Library;

#define LIBRARY(so, deb, table)                                                                    \
    {                                                                                              \
        .soname = (so), .package = (deb), .symbols = (table), .count = COUNT_OF(table)             \
    }

/* Opens it and fills its symbols, once in a process; from any thread. ERR_UNSUPPORTED if it is not
 * installed. Whoever needs it behind a sandbox calls this before the sandbox closes. */
MUST_USE bool library_open(Library *library, Error *err);
