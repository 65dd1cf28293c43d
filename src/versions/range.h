/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/str.h"

/* Ranges of npm's semver: "8.x || ^7.10.1 || >=4 <5 || 1.2 - 2.3 || ~1.4". As npm has it, a
 * pre-release is in a range only where a comparator names one of the same three numbers.
 * False if the range or the version is not well-formed (*out is then left alone).
 * https://github.com/npm/node-semver#ranges */
bool semver_range_has(Str range, Str version, bool *out);

/* What npm's `clean` leaves of a version: no white space around it, no "v" or "=" before it. */
Str semver_clean(Str v);
