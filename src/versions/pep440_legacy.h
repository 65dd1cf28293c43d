/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "versions/version.h"

/* Versions from before PEP 440, as setuptools ordered them. */
VersionOrder pep440_legacy_compare(Str a, Str b);
