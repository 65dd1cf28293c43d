/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/map.h"
#include "inventory/layer_result.h"
#include "layers/tree.h"

/* Which OS package owns which file (rules 3, 35, 36, 37). Package managers write paths as they were
 * when the package was built ("/lib/x" on a system where /lib is usr/lib), so both sides are
 * resolved in the merged tree and compared as what they lead to: the same bytes of the same layer,
 * however many hard links and symlinks there are.
 *
 * Resolving all that is owned would cost more than the scan; only names that a language package's
 * file has are looked at. */
typedef struct Ownership {
    Arena *arena;
    const Tree *tree;
    const PackageVec *packages; /* the OS packages that are there in the end */
    Map wanted;                 /* last parts of paths */
    Map names;                  /* "deb/libc6" -> Package */
    Map owners;                 /* the address of a content -> Package */
} Ownership;

/* `packages` must be complete and must not move any more. */
void ownership_init(Ownership *own, Arena *arena, const Tree *tree, const PackageVec *packages);
/* Before any claim: a file whose owner will be asked for. */
void ownership_want(Ownership *own, Str path);
/* What a package manager's file `as` says. A package that is not there any more (its list is left
 * over) or that a third party built owns nothing. */
void ownership_claim(Ownership *own, Str as, const CatalogOwned *owned);
/* Index of the owner in `packages`, or PACKAGE_NONE. */
uint32_t ownership_find(const Ownership *own, const LayerEntry *content);
