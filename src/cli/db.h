/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/build.h"
#include "advisories/database.h"
#include "base/json_out.h"
#include "cli/command.h"

/* What the words after `assay db` share. */
MUST_USE bool db_lookup(const Options *options, const Database *db, Arena *arena, int *exit_code,
                        Error *err);
MUST_USE bool db_status(const Options *options, const Database *db, Arena *arena, int *exit_code,
                        Error *err);

MUST_USE bool db_update(const Options *options, Arena *arena, int *exit_code, Error *err);

/* To standard error: what could not be read. */
void db_print_notes(const NoteVec *notes);
void db_print_built(const BuildReport *report, Str path);
/* A line on standard output, whose control characters are shown as '?'. */
void db_print_line(const char *format, ...) PRINTF_LIKE(1, 2);
void db_print_vulnerability(const Vulnerability *v, Arena *arena);
void db_put_vulnerability(JsonOut *o, const Vulnerability *v);
void db_put_strings(JsonOut *o, const StrVec *strings);
