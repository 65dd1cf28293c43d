/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/command.h"
#include "help_pages.h"

static const Command *const rows[] = {
    &command_scan, &command_score,  &command_db,    &command_compare,
    &command_list, &command_policy, &command_cache,
};

const Command *const *commands(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

static const Command *command_find(Str name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(str_from(rows[i]->name), name))
            return rows[i];
    return NULL;
}

/* The text of a man page: "assay" or "assay-scan". */
static bool page_print(const char *name)
{
    for (size_t i = 0; i < help_page_count; i++)
        if (strcmp(help_pages[i].command, name) == 0)
            return fputs(help_pages[i].text, stdout) >= 0;
    return false;
}

static int usage(void)
{
    fputs("usage: assay COMMAND [OPTION...] [OPERAND...]\n", stderr);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        fprintf(stderr, "  %-10s%s\n", rows[i]->name, rows[i]->summary);
    fputs("'assay COMMAND --help' tells more.\n", stderr);
    return EXIT_USAGE;
}

static int fail(const Command *command, const Error *err)
{
    fprintf(stderr, "assay %s: %s\n", command->name, err->message);
    if (err->code == ERR_USAGE)
        fprintf(stderr, "'assay %s --help' tells more.\n", command->name);
    return err->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

static int command_run(const Command *command, int count, char **words)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Options options;
    int code = EXIT_DONE;
    arena.eager = true;
    if (!options_parse(command->options, count, words, &arena, &options, &err))
        return fail(command, &err);
    if (options.help) {
        Str page = arena_printf(&arena, "assay-%s", command->name);
        return page_print(page.ptr) ? EXIT_DONE : EXIT_FAILED;
    }
    if (!command->run(&options, &arena, &code, &err))
        return fail(command, &err);
    return code;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    Str word = str_from(argv[1]);
    if (str_eq(word, STR("--version"))) {
        puts("assay " ASSAY_VERSION);
        return EXIT_DONE;
    }
    if (str_eq(word, STR("--help")) || str_eq(word, STR("-h")) || str_eq(word, STR("help"))) {
        Str topic = argc > 2 ? str_from(argv[2]) : (Str){0};
        const Command *command = command_find(topic);
        char *help[] = {(char[]){"--help"}};
        return command ? command_run(command, 1, help) : page_print("assay") ? EXIT_DONE : usage();
    }
    const Command *command = command_find(word);
    if (!command) {
        Error err;
        error_set(&err, ERR_USAGE, "unknown command %s", argv[1]);
        fprintf(stderr, "assay: %s\n", err.message);
        return usage();
    }
    return command_run(command, argc - 2, argv + 2);
}

/* The next file that is opened would get a closed stream's number, and what is printed would land in
 * it. What takes its place here refuses. */
static bool streams_settle(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    if (!streams_settle())
        return EXIT_FAILED;
    memory_hurry();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
    int code = dispatch(argc, argv);
    bool failed = code == EXIT_FAILED || code == EXIT_USAGE;
    errno = 0;
    if (failed || (fflush(stdout) == 0 && !ferror(stdout)))
        return code;
    fprintf(stderr, "assay: standard output: %s\n",
            errno ? strerror(errno) : "not all could be written");
    return EXIT_FAILED;
}
