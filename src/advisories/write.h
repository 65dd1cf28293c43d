/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/facts.h"
#include "base/error.h"

/* The bytes of the database file of resolved facts; the same facts give the same bytes. */
MUST_USE bool database_bytes(Facts *facts, Date built, Buf *out, Error *err);
