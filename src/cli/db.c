/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/db.h"

#include <stdio.h>

#include "advisories/build.h"
#include "advisories/install.h"
#include "advisories/seed.h"
#include "base/fd.h"
#include "base/hash.h"
#include "base/progress.h"
#include "cli/context.h"
#include "cli/places.h"

enum { KEY_LIMIT = 1 << 16 };

static void show_file(void *context, Str path)
{
    (void)context;
    progress_show("reading " STR_FMT, STR_ARG(path));
}

void db_print_notes(const NoteVec *notes)
{
    for (size_t i = 0; i < notes->len; i++)
        fprintf(stderr, "assay db: " STR_FMT ": " STR_FMT "\n", STR_ARG(notes->at[i].what),
                STR_ARG(notes->at[i].why));
}

void db_print_built(const BuildReport *report, Str path)
{
    printf(STR_FMT ": %llu records, %llu packages, %llu vulnerabilities, %.1f MB from %llu files "
                   "(%.1f MB, unpacked %.1f MB)\n",
           STR_ARG(path), (unsigned long long)report->records, (unsigned long long)report->packages,
           (unsigned long long)report->vulnerabilities, (double)report->file_bytes / 1e6,
           (unsigned long long)report->files, (double)report->source_bytes / 1e6,
           (double)report->json_bytes / 1e6);
}

/* Tried on nothing, so that a wrong key costs no time. */
static bool take_key(const Options *options, Arena *arena, Str *out, Error *err)
{
    Str unused;
    return options->sign_key.len == 0 ||
           (file_read(options->sign_key, KEY_LIMIT, arena, out, err) &&
            signature_make(*out, STR(""), arena, &unused, err)) ||
           error_within(err, "--sign-key " STR_FMT, STR_ARG(options->sign_key));
}

static bool build(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    BuildReport report = {0};
    DatabaseLock lock CLEANUP(database_unlock) = {.fd = -1};
    Str path = options->out.len ? options->out : place_database(arena, options), folder, base;
    if (options->operands.len != 2)
        return error_set(err, ERR_USAGE, "build: expected one DIR, laid out like the services");
    BuildOptions build_options = {
        .dir = options->operands.at[1], .built = options->as_of, .progress = show_file};
    if (!take_key(options, arena, &build_options.sign_key, err) ||
        (str_rcut(path, '/', &folder, &base) && folder.len && !dir_make_all(folder, err)) ||
        !database_lock(path, arena, &lock, err) ||
        !database_build(&build_options, path, arena, &report, err))
        return false;
    progress_clear();
    db_print_notes(&report.notes);
    db_print_built(&report, path);
    *exit_code = report.notes.len ? EXIT_INCOMPLETE : EXIT_DONE;
    return true;
}

static bool seed(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    BuildReport report = {0};
    if (options->operands.len != 3)
        return error_set(err, ERR_USAGE, "seed: expected the feeds' DIR and the DIR to write to");
    const BuildOptions build_options = {
        .dir = options->operands.at[1], .built = options->as_of, .progress = show_file};
    if (!database_seed(&build_options, options->operands.at[2], arena, &report, err))
        return false;
    progress_clear();
    db_print_notes(&report.notes);
    *exit_code = report.notes.len ? EXIT_INCOMPLETE : EXIT_DONE;
    return true;
}

static bool with_database(const Options *options, Arena *arena, int *exit_code, Error *err,
                          bool (*show)(const Options *, const Database *, Arena *, int *, Error *))
{
    Database *db = NULL;
    if (!place_open_database(options, arena, &db, err))
        return false;
    bool ok = show(options, db, arena, exit_code, err);
    database_close(db);
    return ok;
}

static bool status(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    return with_database(options, arena, exit_code, err, db_status);
}

static bool lookup(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    return with_database(options, arena, exit_code, err, db_lookup);
}

static const struct {
    Str word;
    bool (*run)(const Options *options, Arena *arena, int *exit_code, Error *err);
} words[] = {
    {STR_INIT("build"), build},   {STR_INIT("lookup"), lookup},    {STR_INIT("seed"), seed},
    {STR_INIT("status"), status}, {STR_INIT("update"), db_update},
};

static bool build_only(const Options *options, Str word, Error *err)
{
    const char *option = options->out.len ? "--out" : options->sign_key.len ? "--sign-key" : NULL;
    return !option || error_set(err, ERR_USAGE, STR_FMT ": %s is for 'assay db build' alone",
                                STR_ARG(word), option);
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    Str word = options->operands.len ? options->operands.at[0] : STR("status");
    progress_enable(!options->quiet && !options->no_progress);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(words[i].word, word)) {
            if (words[i].run != build && !build_only(options, word, err))
                return false;
            bool ok = words[i].run(options, arena, exit_code, err);
            progress_clear();
            return ok;
        }
    return error_set(err, ERR_USAGE, STR_FMT ": expected update, build, status, lookup or seed",
                     STR_ARG(word));
}

static const OptionSpec *const tables[] = {options_report, options_data, options_build, NULL};
const Command command_db = {
    .name = "db",
    .summary = "the vulnerability database: update, build, status, lookup, seed",
    .options = tables,
    .run = run,
};
