/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "inventory/cataloger.h"
#include "inventory/object.h"

/* What the Go toolchain wrote into an executable about itself; slices of the object's bytes.
 * https://pkg.go.dev/debug/buildinfo */
typedef struct GoBuild {
    Str version; /* "go1.21.3", as it stands */
    Str modules; /* the lines of `go version -m`; empty where built without modules */
} GoBuild;

typedef enum GoFound {
    GO_NONE,   /* no Go executable */
    GO_HIDDEN, /* one without (readable) build info */
    GO_BUILD,
} GoFound;

GoFound go_build_find(const Object *object, GoBuild *out);
/* Whether the names of an object's sections, one after the other, hold one that is Go's. */
bool go_is_named(Str section_names);

/* The functions of the executable, as Executable.symbols has them; empty where its table was not
 * found or not understood. */
Str go_symbols(Arena *arena, const Object *object);

/* "golang.org/x/net/http2.(*Framer).ReadFrame" as import path and symbol; type arguments taken off
 * and the path's escapes undone (both may be new slices of `arena`). False for what is no function.
 */
bool go_symbol_split(Arena *arena, Str name, Str *import_path, Str *symbol);
/* "Framer.ReadFrame" of "Framer.ReadFrame.func1.2" or "Framer.ReadFrame-fm". */
Str go_symbol_outer(Str symbol);

/* The standard library, the main module and its dependencies, and the Executable. */
void go_catalog(const CatalogFile *file, const Object *object, const GoBuild *build,
                CatalogSink *sink);

/* cargo-auditable's list, if there is one. */
void rust_catalog(const CatalogFile *file, const Object *object, CatalogSink *sink);
