/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reader.h"
#include "model/inventory.h"

/* The inventory as the message with which a sandboxed child ends. */
void inventory_encode(const Inventory *inventory, Buf *out);
/* The child may have been taken over: every count, enumeration and index is checked, an owner must
 * be an OS package (so that no circle of owners exists), ids must be unique, nothing may follow.
 * ERR_FORMAT names what is wrong. *out looks into the bytes, which need not be UTF-8. */
MUST_USE bool inventory_decode(Str bytes, Arena *arena, const Limits *limits, Inventory *out,
                               Error *err);
