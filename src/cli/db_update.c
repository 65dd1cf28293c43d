/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "advisories/feed.h"
#include "advisories/update.h"
#include "base/fd.h"
#include "base/progress.h"
#include "cli/db.h"
#include "cli/places.h"
#include "model/ecosystem.h"

static void show(void *context, Str what, uint64_t got, uint64_t total)
{
    (void)context;
    if (total)
        progress_show(STR_FMT ": %.1f of %.1f MB", STR_ARG(what), (double)got / 1e6,
                      (double)total / 1e6);
    else if (got)
        progress_show(STR_FMT ": %.1f MB", STR_ARG(what), (double)got / 1e6);
    else
        progress_show(STR_FMT, STR_ARG(what));
}

static bool feed_known(Str name)
{
    size_t count;
    const Feed *const *rows = feeds(&count);
    for (size_t i = 0; i < count; i++)
        if (str_eq(rows[i]->name, name))
            return true;
    return false;
}

/* "SOURCE=URL" for one source, "URL" for all of them. */
static bool take_bases(const Options *options, Arena *arena, UpdateOptions *out, Error *err)
{
    for (size_t i = 0; i < options->base_urls.len; i++) {
        Str text = options->base_urls.at[i], name, address;
        bool one = str_cut(text, '=', &name, &address) && !str_contains(name, STR("://"));
        if (!one) {
            out->mirror = text;
            continue;
        }
        if (!feed_known(name))
            return error_set(err, ERR_USAGE,
                             "--base-url " STR_FMT ": no such source; see 'assay list feeds'",
                             STR_ARG(text));
        *vec_push(arena, &out->bases) = (UpdateBase){name, address};
    }
    return true;
}

/* The name of a feed, or "osv/ECOSYSTEM" as reports name it. */
static bool take_only(const Options *options, Arena *arena, UpdateOptions *out, Error *err)
{
    for (size_t i = 0; i < options->only.len; i++) {
        Str word = options->only.at[i], feed, ecosystem;
        bool part = str_cut(word, '/', &feed, &ecosystem) && str_eq(feed, STR("osv"));
        if (part ? !ecosystem_find(ecosystem) : !feed_known(word))
            return error_set(err, ERR_USAGE,
                             "--only " STR_FMT ": no such source; see 'assay list feeds'",
                             STR_ARG(word));
        *vec_push(arena, &out->only) = part ? feed : word;
        if (part)
            *vec_push(arena, &out->ecosystems) = ecosystem;
    }
    return true;
}

/* What was fetched before is taken again; of a source that never was, there is nothing. A file that
 * came right now says nothing of that, nor does one that holds no data. */
static const char *what_is_left(Str dir, const UpdateFile *files, size_t count)
{
    Arena arena CLEANUP(arena_fini) = {0};
    for (size_t i = 0; i < count; i++) {
        Str path = files[i].path;
        Str old = arena_printf(&arena, STR_FMT "/feeds/" STR_FMT, STR_ARG(dir), STR_ARG(path));
        if (files[i].state != UPDATE_FETCHED && feed_of_path(path) &&
            access(arena_c_str(&arena, old), F_OK) == 0)
            return "its old data stays";
    }
    return "no data of it was fetched before";
}

/* One line for each source: why its first file failed, and how many more did. */
static void print_failures(Str dir, const UpdateReport *report)
{
    for (size_t i = 0, end; i < report->files.len; i = end) {
        const UpdateFile *first = NULL;
        size_t failed = 0;
        for (end = i; end < report->files.len &&
                      str_eq(report->files.at[end].feed, report->files.at[i].feed);
             end++)
            if (report->files.at[end].state == UPDATE_FAILED && failed++ == 0)
                first = &report->files.at[end];
        if (first)
            fprintf(stderr, "assay db update: " STR_FMT ": " STR_FMT ": " STR_FMT,
                    STR_ARG(first->feed), STR_ARG(first->path), STR_ARG(first->why));
        if (failed > 1)
            fprintf(stderr, ", and %zu files more", failed - 1);
        if (first)
            fprintf(stderr, "; %s\n", what_is_left(dir, &report->files.at[i], end - i));
    }
}

bool db_update(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    UpdateReport report = {0};
    UpdateOptions update = {.dir = place_data(arena, options), .progress = show};
    if (options->operands.len != 1)
        return error_set(err, ERR_USAGE, "update: expected no operands");
    if (options->offline)
        return error_set(err, ERR_USAGE, "update: needs the network, and --offline forbids it");
    if (!take_bases(options, arena, &update, err) || !take_only(options, arena, &update, err) ||
        !dir_make_all(update.dir, err))
        return false;
    bool ok = database_update(&update, arena, &report, err);
    progress_clear();
    print_failures(update.dir, &report);
    if (!ok)
        return false;
    db_print_notes(&report.build.notes);
    printf("%zu files fetched, %zu unchanged or absent, %zu failed\n", report.fetched,
           report.files.len - report.fetched - report.failed, report.failed);
    if (report.built)
        db_print_built(&report.build, place_database(arena, options));
    else
        puts("nothing new: the database stays as it is");
    if (report.failed && report.fetched == 0 && !report.built)
        return error_set(err, ERR_IO, "no source could be fetched");
    *exit_code = report.failed || report.build.notes.len ? EXIT_INCOMPLETE : EXIT_DONE;
    return true;
}
