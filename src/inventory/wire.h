/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reader.h"
#include "model/inventory.h"

/* The inventory as the message with which a sandboxed child ends. */
void inventory_encode(const Inventory *inventory, Buf *out);
/* Reads what inventory_encode made of an inventory that was decoded before: no id is looked for twice. */
MUST_USE bool inventory_decode_kept(Str bytes, Arena *arena, const Limits *limits, Inventory *out);
/* The same in two parts: `symbols` of executables are many, and serve matching alone. */
void inventory_encode_parts(const Inventory *inventory, Buf *rest, Buf *symbols);
/* The child may have been taken over: every count, enumeration and index is checked, an owner must
 * be an OS package (so that no circle of owners exists), ids must be unique, nothing may follow.
 * ERR_FORMAT names what is wrong. *out looks into the bytes, which need not be UTF-8. */
MUST_USE bool inventory_decode(Str bytes, Arena *arena, const Limits *limits, Inventory *out,
                               Error *err);
/* Fills in the symbols of an inventory that was decoded without; false, and none are filled in, where
 * they are not those of as many executables. A table is not looked at before it is used. */
MUST_USE bool inventory_decode_symbols(Str bytes, Arena *arena, Inventory *out);
/* Was a table used, or to be used, that is not what was kept? What was concluded is void then. */
bool inventory_is_damaged(const Inventory *inventory);
void inventory_forget_symbols(Inventory *inventory);
