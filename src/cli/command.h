/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "cli/options.h"

/* Exit codes, the same for every command. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* could not do it */
    EXIT_USAGE = 2,
    EXIT_THRESHOLD = 3,  /* --fail-on was met; wins over EXIT_INCOMPLETE */
    EXIT_INCOMPLETE = 4, /* something could not be examined; the report names it */
};

/* A command: one file, one row in main.c. `run` prints its own output; where it gives false the
 * caller prints the error and exits with 1, or with 2 for ERR_USAGE. */
typedef struct Command {
    const char *name, *summary;
    const OptionSpec *const *options; /* tables of options it takes, ended by NULL */
    bool (*run)(const Options *options, Arena *arena, int *exit_code, Error *err);
} Command;

extern const Command command_scan, command_score, command_db, command_compare, command_list,
    command_policy, command_cache;
const Command *const *commands(size_t *count);
