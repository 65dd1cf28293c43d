/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "model/package.h"

/* What one file says about the distribution; `rank` as CatalogSink.os_rank. */
typedef struct OsCandidate {
    OsRelease os;
    uint32_t rank;
} OsCandidate;
typedef Vec(OsCandidate) OsCandidateVec;

/* The most specific candidate, its gaps filled from others that name the same distribution; what
 * Alpine's repositories say goes before its VERSION_ID (rules 31, 60, 67). An empty id: unknown. */
OsRelease os_choose(Arena *arena, const OsCandidateVec *candidates);

/* Whether an rpm Vendor is not the distribution's own (rule 26). An empty one says nothing (some of
 * Amazon's packages have none, rule 23); with an unknown distribution every known one passes. */
bool rpm_vendor_is_foreign(Str vendor, Str os_id);
