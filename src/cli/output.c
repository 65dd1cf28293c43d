/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "report/format.h"

static Str format_of(const Output *output)
{
    return output->format.len ? output->format : STR("table");
}

static bool refuse_format(Str name, Arena *arena, Error *err)
{
    size_t count;
    Str known = {0};
    const ReportFormat *const *formats = report_formats(&count);
    for (size_t i = 0; i < count; i++)
        known = arena_printf(arena, STR_FMT " %s", STR_ARG(known), formats[i]->name);
    return error_set(err, ERR_USAGE, "--format " STR_FMT ": unknown; there are:" STR_FMT,
                     STR_ARG(name), STR_ARG(known));
}

bool outputs_check(const Options *options, Arena *arena, Error *err)
{
    size_t to_stdout = 0;
    for (size_t i = 0; i < options->outputs.len; i++) {
        const Output *output = &options->outputs.at[i];
        to_stdout += output->file.len == 0;
        if (!report_format_find(format_of(output)))
            return refuse_format(output->format, arena, err);
    }
    return to_stdout < 2 || error_set(err, ERR_USAGE,
                                      "more than one --format for standard output; give each "
                                      "other one a file with -o");
}

bool outputs_masked(const Options *options)
{
    bool masked = false;
    for (size_t i = 0; i < options->outputs.len; i++)
        masked = masked || report_format_find(format_of(&options->outputs.at[i]))->masked;
    return masked;
}

static bool is_utf8_locale(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        Str value = str_from(getenv(variables[i]));
        if (value.len)
            return str_find_fold(value, STR("utf-8")) != STR_NONE ||
                   str_find_fold(value, STR("utf8")) != STR_NONE;
    }
    return false;
}

/* A terminal gets its own width, colours unless $NO_COLOR or TERM=dumb; a pipe or a file gets
 * neither. */
static ReportOptions terminal_options(const Output *output)
{
    ReportOptions out = {.program = STR("assay " ASSAY_VERSION)};
    struct winsize size;
    if (output->file.len || !isatty(STDOUT_FILENO))
        return out;
    out.width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    Str term = str_from(getenv("TERM"));
    out.color = str_from(getenv("NO_COLOR")).len == 0 && term.len && !str_eq(term, STR("dumb"));
    out.unicode = is_utf8_locale();
    return out;
}

static bool output_write(const Output *output, const Policy *policy, Arena *arena,
                         const Result *result, Error *err)
{
    enum { TEXT_BYTES = 32 << 10 };
    Buf buf CLEANUP(buf_fini);
    buf_init_in(&buf, arena_spare(arena, TEXT_BYTES), TEXT_BYTES);
    ReportOptions options = terminal_options(output);
    options.arena = arena;
    const ReportFormat *format = report_format_find(format_of(output));
    options.policy = policy;
    if (!format->write(result, &options, &buf, err))
        return false;
    if (output->file.len)
        return file_write_atomic(output->file, buf_str(&buf), err);
    return fd_write_all(STDOUT_FILENO, buf_str(&buf), err) || error_within(err, "standard output");
}

bool outputs_write(const Options *options, const Policy *policy, Arena *arena, const Result *result,
                   Error *err)
{
    static const Output plain = {0};
    if (options->outputs.len == 0)
        return output_write(&plain, policy, arena, result, err);
    for (size_t i = 0; i < options->outputs.len; i++)
        if (!output_write(&options->outputs.at[i], policy, arena, result, err))
            return false;
    return true;
}

/* ---- commands that print ---- */

static char *printed;
static size_t printed_len;
static FILE *screen; /* while stdout is a piece of memory */

bool print_begin(const Options *options, bool *json, Error *err)
{
    Output none = {0};
    const Output *output = options->outputs.len ? &options->outputs.at[0] : &none;
    *json = str_eq(output->format, STR("json"));
    if (options->outputs.len > 1)
        return error_set(err, ERR_USAGE, "one --format is enough here");
    if (!*json && !str_eq(format_of(output), STR("table")))
        return error_set(err, ERR_USAGE, "--format " STR_FMT ": expected table or json",
                         STR_ARG(output->format));
    if (output->file.len == 0)
        return true;
    FILE *memory = open_memstream(&printed, &printed_len);
    if (!memory)
        return error_sys(err, "cannot collect the output");
    screen = stdout;
    stdout = memory;
    return true;
}

bool print_end(const Options *options, bool done, Error *err)
{
    if (!screen)
        return done;
    bool whole = fclose(stdout) == 0;
    stdout = screen;
    screen = NULL;
    if (!done)
        return false;
    return whole ? file_write_atomic(options->outputs.at[0].file, str_of(printed, printed_len), err)
                 : error_sys(err, "cannot collect the output");
}
