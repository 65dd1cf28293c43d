/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdio.h>

#include "advisories/feed.h"
#include "archive/codec.h"
#include "base/json_out.h"
#include "cli/output.h"
#include "engines/engine.h"
#include "inventory/cataloger.h"
#include "model/ecosystem.h"
#include "report/format.h"
#include "scanners/scanner.h"
#include "sources/source.h"
#include "versions/version.h"

/* What a list of rows is made of, whatever else its rows hold. */
typedef struct Row {
    Str name, summary, spec;
} Row;
typedef Vec(Row) RowVec;

#define AS_IS(s) (s)
#define LIST_ROWS(function, getter, Type, as_str)                                                  \
    static void function(Arena *arena, RowVec *out)                                                \
    {                                                                                              \
        size_t count;                                                                              \
        const Type *const *rows = getter(&count);                                                  \
        for (size_t i = 0; i < count; i++)                                                         \
            *vec_push(arena, out) =                                                                \
                (Row){as_str(rows[i]->name), as_str(rows[i]->summary), as_str(rows[i]->spec)};     \
    }

LIST_ROWS(list_sources, source_formats, SourceFormat, str_from)
LIST_ROWS(list_catalogers, catalogers, Cataloger, str_from)
LIST_ROWS(list_schemes, version_schemes, VersionScheme, str_from)
LIST_ROWS(list_feeds, feeds, Feed, AS_IS)
LIST_ROWS(list_scanners, scanners, Scanner, str_from)
LIST_ROWS(list_formats, report_formats, ReportFormat, str_from)

static void list_codecs(Arena *arena, RowVec *out)
{
    for (size_t i = 0; i < CODEC_COUNT; i++)
        *vec_push(arena, out) = (Row){str_from(codecs[i]->name), str_from(codecs[i]->summary),
                                      str_from(codecs[i]->spec)};
}

static void list_ecosystems(Arena *arena, RowVec *out)
{
    size_t count;
    const Ecosystem *rows = ecosystems(&count);
    for (size_t i = 0; i < count; i++)
        *vec_push(arena, out) =
            (Row){rows[i].name,
                  arena_printf(arena, STR_FMT " packages, versions ordered as " STR_FMT,
                               STR_ARG(package_type_name(rows[i].type)), STR_ARG(rows[i].scheme)),
                  STR("https://ossf.github.io/osv-schema/#defined-ecosystems")};
}

static void list_commands(Arena *arena, RowVec *out)
{
    size_t count;
    const Command *const *rows = commands(&count);
    for (size_t i = 0; i < count; i++)
        *vec_push(arena, out) =
            (Row){str_from(rows[i]->name), str_from(rows[i]->summary), (Str){0}};
}

/* Not rows of the program but of this machine: the images of its engine. */
static void list_images(Arena *arena, RowVec *out)
{
    Engine engine;
    StrVec names = {0};
    const Limits limits = LIMITS_DEFAULT;
    Error err = {0};
    if (!engine_find(arena, &engine, &err) ||
        !engine_images(&engine, &limits, arena, &names, &err)) {
        fprintf(stderr, "assay list: %s\n", err.message);
        return;
    }
    for (size_t i = 0; i < names.len; i++)
        *vec_push(arena, out) = (Row){.name = names.at[i]};
}

static const struct {
    Str kind;
    void (*list)(Arena *arena, RowVec *out);
} kinds[] = {
    {STR_INIT("catalogers"), list_catalogers}, {STR_INIT("codecs"), list_codecs},
    {STR_INIT("commands"), list_commands},     {STR_INIT("ecosystems"), list_ecosystems},
    {STR_INIT("feeds"), list_feeds},           {STR_INIT("formats"), list_formats},
    {STR_INIT("images"), list_images},         {STR_INIT("scanners"), list_scanners},
    {STR_INIT("schemes"), list_schemes},       {STR_INIT("sources"), list_sources},
};

static void print_table(const RowVec *rows)
{
    int width = 0;
    for (size_t i = 0; i < rows->len; i++) {
        int length = (int)rows->at[i].name.len;
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < rows->len; i++)
        printf("%-*.*s  " STR_FMT "%s" STR_FMT "\n", width, STR_ARG(rows->at[i].name),
               STR_ARG(rows->at[i].summary), rows->at[i].spec.len ? "  " : "",
               STR_ARG(rows->at[i].spec));
}

static void print_json(const RowVec *rows)
{
    Buf buf CLEANUP(buf_fini) = {0};
    JsonOut o;
    json_out_init(&o, &buf, 2);
    json_put_array(&o);
    for (size_t i = 0; i < rows->len; i++) {
        json_put_object(&o);
        json_field_str(&o, "name", rows->at[i].name);
        json_field_str(&o, "summary", rows->at[i].summary);
        json_field_str_if(&o, "spec", rows->at[i].spec);
        json_put_end(&o, '}');
    }
    json_put_end(&o, ']');
    printf(STR_FMT "\n", STR_ARG(buf_str(&buf)));
}

static bool refuse_kind(Str kind, Arena *arena, Error *err)
{
    Str all = {0};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        all = arena_printf(arena, STR_FMT " " STR_FMT, STR_ARG(all), STR_ARG(kinds[i].kind));
    if (kind.len == 0)
        return error_set(err, ERR_USAGE, "expected a KIND:" STR_FMT, STR_ARG(all));
    return error_set(err, ERR_USAGE, "unknown kind " STR_FMT "; there are:" STR_FMT, STR_ARG(kind),
                     STR_ARG(all));
}

static bool run(const Options *options, Arena *arena, int *exit_code, Error *err)
{
    (void)exit_code;
    RowVec rows = {0};
    if (options->operands.len != 1)
        return refuse_kind((Str){0}, arena, err);
    bool json;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (str_eq(kinds[i].kind, options->operands.at[0])) {
            if (!print_begin(options, &json, err))
                return false;
            kinds[i].list(arena, &rows);
            json ? print_json(&rows) : print_table(&rows);
            return print_end(options, true, err);
        }
    return refuse_kind(options->operands.at[0], arena, err);
}

static const OptionSpec *const tables[] = {options_report, options_data, NULL};
const Command command_list = {
    .name = "list",
    .summary = "the rows the program is made of: sources, catalogers, feeds, formats ...",
    .options = tables,
    .run = run,
};
