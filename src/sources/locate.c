/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "engines/engine.h"
#include "sources/source.h"

/* Docker stacks at most 128 layers on overlay2; twice that stays below the usual 1,024 open files. */
enum { FOLDERS_MAX = 256 };

/* A pipe is read once, an image's parts in any order: what is no regular file is spooled. */
static bool spool(Fd from, Fd *out, Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    PipeStream pipe;
    char *bytes = arena_alloc(&scratch, 1 << 20);
    pipe_stream_init(&pipe, from);
    if (!fd_open_temporary(out, err))
        return false;
    for (size_t got = 1; got;)
        if (!stream_read_full(&pipe.stream, bytes, 1 << 20, &got, err) ||
            !fd_write_all(*out, str_of(bytes, got), err))
            return false;
    return true;
}

static bool locate_fd(Fd fd, Arena *arena, SourceInput *out, Error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_sys(err, "fstat");
    if (S_ISDIR(st.st_mode)) {
        out->kind = SOURCE_DIR;
        *vec_push(arena, &out->fds) = fd;
        return true;
    }
    out->kind = SOURCE_FILE;
    if (S_ISREG(st.st_mode)) {
        *vec_push(arena, &out->fds) = fd;
    } else {
        Fd spooled = -1;
        bool ok = spool(fd, &spooled, err);
        fd_close(&fd);
        *vec_push(arena, &out->fds) = spooled;
        if (!ok)
            return false;
    }
    return fd_open_temporary(&out->scratch, err);
}

static bool locate_stdin(Arena *arena, SourceInput *out, Error *err)
{
    if (isatty(STDIN_FILENO))
        return error_set(err, ERR_USAGE, "-: standard input is a terminal, not a tar");
    Fd fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        return error_sys(err, "standard input");
    return locate_fd(fd, arena, out, err);
}

/* Root on the engine's own machine reads the unpacked layers, unless there are absurdly many;
 * everybody else asks for a saved copy. */
static bool has_folders(const EngineImage *image)
{
    return str_starts(image->driver, STR("overlay")) && image->folders.len &&
           image->folders.len <= FOLDERS_MAX;
}

static bool open_folders(SourceInput *input, Arena *arena)
{
    for (size_t i = 0; i < input->paths.len; i++) {
        Fd fd;
        if (!fd_open_dir_at(AT_FDCWD, input->paths.at[i], &fd, NULL)) {
            source_close(input);
            return false;
        }
        *vec_push(arena, &input->fds) = fd;
    }
    return true;
}

static bool save_image(const Engine *engine, Arena *arena, SourceInput *out, Error *err)
{
    Fd saved = -1;
    out->kind = SOURCE_FILE;
    out->image_id = (Str){0};
    if (!fd_open_temporary(&saved, err))
        return false;
    *vec_push(arena, &out->fds) = saved;
    return engine_save(engine, out->name, saved, err) && fd_open_temporary(&out->scratch, err);
}

/* What an engine has under this name. */
static bool use_image(const Engine *engine, const EngineImage *image, Arena *arena,
                      SourceInput *out, Error *err)
{
    out->engine = true;
    out->socket = engine->socket;
    if (!has_folders(image))
        return save_image(engine, arena, out, err);
    out->kind = SOURCE_OVERLAY;
    out->inspect = image->inspect;
    out->image_id = image->id;
    out->paths = image->folders;
    return true;
}

static bool locate_image(Str name, Arena *arena, SourceInput *out, Error *err)
{
    Engine engine;
    EngineImage image;
    Error why = {0};
    bool engine_found;
    const Limits limits = LIMITS_DEFAULT;
    if (!engine_find_image(name, &limits, arena, &engine, &image, &engine_found, &why)) {
        *err = why;
        return !engine_found && error_set(err, why.code, STR_FMT ": no such file, and %s",
                                          STR_ARG(name), why.message);
    }
    return use_image(&engine, &image, arena, out, err);
}

bool source_locate(Str target, Str platform, Arena *arena, SourceInput *out, Error *err)
{
    *out = (SourceInput){.name = target, .platform = platform, .scratch = -1};
    bool ok;
    Fd fd;
    Error open_error = {0};
    if (str_eq(target, STR("-")))
        ok = locate_stdin(arena, out, err);
    else if (fd_open_read_at(AT_FDCWD, target, &fd, &open_error))
        ok = locate_fd(fd, arena, out, err) || error_within(err, STR_FMT, STR_ARG(target));
    else if (open_error.code != ERR_ABSENT && open_error.sys != ENOTDIR) {
        *err = open_error;
        ok = false;
    } else
        ok = locate_image(target, arena, out, err);
    if (!ok)
        source_close(out);
    return ok;
}

/* Not by opening it: a pipe can be opened once. */
bool source_is_image(Str target, Str platform, Arena *arena, SourceQuestion *out)
{
    struct stat st;
    Engine engine;
    bool is = !str_eq(target, STR("-")) && stat(arena_c_str(arena, target), &st) != 0 &&
              (errno == ENOENT || errno == ENOTDIR) && engine_first(arena, &engine);
    *out = (SourceQuestion){.target = target, .platform = platform, .asked = -1};
    if (is)
        out->socket = engine.socket;
    return is;
}

bool source_stands(const SourceQuestion *question, Str evidence, Arena *arena)
{
    const Engine engine = {.socket = question->socket};
    return engine_evidence_holds(&engine, evidence, arena);
}

bool source_ask(SourceQuestion *question, Arena *arena)
{
    EngineQuestion asked;
    clock_gettime(CLOCK_REALTIME, &question->before);
    if (!engine_ask_image(question->target, arena, &asked))
        return false;
    question->socket = asked.engine.socket;
    question->asked = asked.asked;
    return true;
}

bool source_answer(SourceQuestion *question, Arena *arena, SourceInput *out, Error *err)
{
    const Limits limits = LIMITS_DEFAULT;
    EngineQuestion asked = {{question->socket}, question->target, fd_take(&question->asked)};
    EngineImage image;
    *out = (SourceInput){.name = question->target, .platform = question->platform, .scratch = -1};
    if (!engine_answer_image(&asked, &limits, arena, &image, NULL))
        return source_locate(out->name, out->platform, arena, out, err); /* which says why */
    bool ok = use_image(&asked.engine, &image, arena, out, err);
    if (ok)
        out->evidence = engine_evidence(&asked.engine, out->name, &image, &question->before, arena);
    else
        source_close(out);
    return ok;
}

bool source_complete(SourceInput *input, Arena *arena, Error *err)
{
    const Engine engine = {.socket = input->socket};
    const Limits limits = LIMITS_DEFAULT;
    Str id = input->image_id.len ? input->image_id : input->name;
    if (input->kind != SOURCE_OVERLAY)
        return true;
    if (!open_folders(input, arena))
        return save_image(&engine, arena, input, err);
    return engine_history(&engine, id, &limits, arena, &input->history, err);
}

void source_close(SourceInput *input)
{
    for (size_t i = 0; i < input->fds.len; i++)
        fd_close(&input->fds.at[i]);
    input->fds.len = 0;
    fd_close(&input->scratch);
}
