/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* A day as a count since 1970-01-01, proleptic Gregorian, UTC. DATE_NONE: not known. */
typedef int32_t Date;
#define DATE_NONE INT32_MIN

/* "YYYY-MM-DD", alone or as the start of an RFC 3339 time; anything else is DATE_NONE. */
Date date_parse(Str s);
Date date_of(int year, unsigned month, unsigned day);
Date date_today(void);
/* The same day, if four digits can write its year; no other can be computed with. */
Date date_checked(int64_t day);
Str date_str(Arena *arena, Date date); /* empty for DATE_NONE */
