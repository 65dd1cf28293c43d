/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "scanners/builtin/match.h"

/* Is it a source package that kernels are built from, or their headers and tools? */
bool kernel_is_source(Str source);
/* Rule 68: why a finding in these packages (indices into the inventory) is not counted, or empty.
 * Nothing of a kernel runs in a container but the host's own; on a host one kernel does, and none
 * of its headers and tools. */
Str kernel_mask_reason(const Inventory *inventory, const MatchOptions *options,
                       const uint32_t *packages, size_t count);
