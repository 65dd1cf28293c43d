/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "model/result.h"

/* The result as JSON; docs/schema/result.schema.json describes it. Names that are not known are
 * passed over; a known name with a value of another type, or outside its range, is ERR_FORMAT and
 * named by its path: "findings[3].inputs.av: expected N, A, L, P or ?". A file may hold no more
 * than findings with id, kind and inputs: what is missing stays unknown. The result points into
 * `text`. Writing what was read gives the bytes that were read, if they were written here. */
MUST_USE bool result_read_json(Str text, Arena *arena, Result *out, Error *err);
void result_write_json(const Result *result, Buf *out);
