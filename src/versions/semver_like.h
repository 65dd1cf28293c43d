/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* Semantic versioning and what was made of it. Reading is lenient: a leading "v" or "=" is passed
 * over, missing numbers are 0, further ones count, the dash before a pre-release may be missing. */
typedef struct SemverRules {
    bool fold;     /* words without regard to case */
    bool build;    /* what follows a plus counts */
    bool revision; /* "-3" is the third build of a release, not a version before it */
} SemverRules;

typedef struct Semver {
    Str numbers; /* "1.2.3" */
    Str pre, build, revision;
} Semver;

Semver semver_parse(Str v);
VersionOrder semver_like_compare(Str a, Str b, const SemverRules *rules);
VersionOrder semver_pre_compare(Str a, Str b, bool fold);
/* least to most numbers without leading zeros, then the rest as semver.org has it. */
bool semver_like_valid(Str v, size_t least, size_t most);
