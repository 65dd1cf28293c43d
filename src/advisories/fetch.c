/* SPDX-License-Identifier: Apache-2.0 */
#include "advisories/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "base/fd.h"
#include "base/http.h"

enum { FILE_LIMIT_GIB = 8, STATE_LIMIT = 65536 };

/* Beside every cached file: what the server said of it, and our mark. */
typedef struct FileState {
    Str etag, modified, mark;
} FileState;

static Str state_path(Fetcher *fetcher, Str path)
{
    Str folder, leaf;
    if (!str_rcut(path, '/', &folder, &leaf))
        return arena_printf(fetcher->arena, STR_FMT "/." STR_FMT ".state", STR_ARG(fetcher->feeds),
                            STR_ARG(path));
    return arena_printf(fetcher->arena, STR_FMT "/" STR_FMT "/." STR_FMT ".state",
                        STR_ARG(fetcher->feeds), STR_ARG(folder), STR_ARG(leaf));
}

static Str file_path(Fetcher *fetcher, Str path)
{
    return arena_printf(fetcher->arena, STR_FMT "/" STR_FMT, STR_ARG(fetcher->feeds),
                        STR_ARG(path));
}

/* Without the file itself nothing is remembered. */
static FileState state_read(Fetcher *fetcher, Str path)
{
    FileState state = {0};
    Str text;
    const char *file = arena_c_str(fetcher->arena, file_path(fetcher, path));
    if (access(file, R_OK) != 0 ||
        !file_read(state_path(fetcher, path), STATE_LIMIT, fetcher->arena, &text, NULL))
        return state;
    str_next_line(&text, &state.etag);
    str_next_line(&text, &state.modified);
    str_next_line(&text, &state.mark);
    return state;
}

static bool state_write(Fetcher *fetcher, Str path, const FileState *state, Error *err)
{
    Str text = arena_printf(fetcher->arena, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n",
                            STR_ARG(state->etag), STR_ARG(state->modified), STR_ARG(state->mark));
    return file_write_atomic(state_path(fetcher, path), text, err);
}

Str fetch_mark(Fetcher *fetcher, Str path)
{
    return state_read(fetcher, path).mark;
}

bool fetch_mark_set(Fetcher *fetcher, Str path, Str mark, Error *err)
{
    FileState state = state_read(fetcher, path);
    state.mark = mark;
    return state_write(fetcher, path, &state, err);
}

static UpdateFile *file_note(Fetcher *fetcher, Str feed, Str path, UpdateState state)
{
    UpdateFile *file = vec_push(fetcher->arena, &fetcher->report->files);
    *file = (UpdateFile){.feed = feed, .path = path, .state = state};
    fetcher->report->fetched += state == UPDATE_FETCHED;
    fetcher->report->failed += state == UPDATE_FAILED;
    return file;
}

static bool is_silent(const Fetcher *fetcher, Str base)
{
    for (size_t i = 0; i < fetcher->silent.len; i++)
        if (str_eq(fetcher->silent.at[i], base))
            return true;
    return false;
}

typedef struct Progress {
    const UpdateOptions *options;
    Str path;
} Progress;

static void progress_tell(void *context, uint64_t got, uint64_t total)
{
    const Progress *progress = context;
    if (progress->options->progress)
        progress->options->progress(progress->options->context, progress->path, got, total);
}

static bool ask(Fetcher *fetcher, Str url, Str path, const FileState *state, Fd into,
                HttpResponse *response, Error *err)
{
    Progress progress = {fetcher->options, path};
    HttpRequest request = {.url = url,
                           .etag = state->etag,
                           .modified = state->modified,
                           .into = into,
                           .limit = (uint64_t)FILE_LIMIT_GIB << 30,
                           .progress = progress_tell,
                           .context = &progress};
    progress_tell(&progress, 0, 0);
    return http_get(&request, fetcher->arena, response, err);
}

/* Our disk, not their server: what curl says of that has no errno of ours. */
static bool is_our_trouble(const Error *err)
{
    return err->sys != 0;
}

/* No file, or none that is new: says why. */
static void outcome_note(Fetcher *fetcher, Str feed, Str base, Str url, Str path,
                         UpdateState *state, const HttpResponse *response, const Error *why)
{
    bool answered = why->code == ERR_NONE;
    if (answered && (response->status == 304 || response->status == 404)) {
        *state = response->status == 304 ? UPDATE_UNCHANGED : UPDATE_ABSENT;
        file_note(fetcher, feed, path, *state);
        return;
    }
    if (!answered)
        *vec_push(fetcher->arena, &fetcher->silent) = base;
    file_note(fetcher, feed, path, *state)->why =
        answered ? arena_printf(fetcher->arena, STR_FMT ": HTTP status %d", STR_ARG(url),
                                response->status)
                 : arena_str(fetcher->arena, error_message(why));
}

Str fetch_changed_path(Fetcher *fetcher)
{
    return arena_printf(fetcher->arena, STR_FMT "/.changed", STR_ARG(fetcher->feeds));
}

/* Before the first file changes: whoever is killed before the database is built is found out. */
static bool mark_changed(Fetcher *fetcher, Error *err)
{
    if (fetcher->marked)
        return true;
    fetcher->marked = file_write_atomic(fetch_changed_path(fetcher), (Str){0}, err);
    return fetcher->marked;
}

static bool settle(Fetcher *fetcher, Str path, Str aside, Fd fd, const HttpResponse *response,
                   Error *err)
{
    Str whole = file_path(fetcher, path);
    if (!mark_changed(fetcher, err))
        return false;
    if (fsync(fd) != 0 ||
        rename(arena_c_str(fetcher->arena, aside), arena_c_str(fetcher->arena, whole)) != 0)
        return error_sys(err, "cannot write " STR_FMT, STR_ARG(whole));
    FileState now = {response->etag, response->modified, {0}};
    return state_write(fetcher, path, &now, err);
}

bool fetch_file(Fetcher *fetcher, Str feed, Str base, Str url, Str path, UpdateState *state,
                Error *err)
{
    Str folder, leaf, whole = file_path(fetcher, path);
    HttpResponse response = {0};
    Error why = {0};
    *state = UPDATE_FAILED;
    if (is_silent(fetcher, base)) {
        file_note(fetcher, feed, path, *state)->why = STR("its address gave no answer before");
        return true;
    }
    str_rcut(whole, '/', &folder, &leaf);
    if (!dir_make_all(folder, err))
        return false;
    FileState known = state_read(fetcher, path);
    Str aside = arena_printf(fetcher->arena, STR_FMT "/." STR_FMT ".assay.new", STR_ARG(folder),
                             STR_ARG(leaf));
    const char *aside_path = arena_c_str(fetcher->arena, aside);
    Fd fd CLEANUP(fd_close) = open(aside_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_sys(err, "cannot write %s", aside_path);
    bool answered = ask(fetcher, url, path, &known, fd, &response, &why), ok = true;
    if (answered && response.status == 200) {
        ok = settle(fetcher, path, aside, fd, &response, err);
        *state = UPDATE_FETCHED;
        file_note(fetcher, feed, path, *state)->bytes = response.bytes;
    } else if (!answered && is_our_trouble(&why)) {
        ok = error_set(err, why.code, "%s", why.message);
    } else {
        outcome_note(fetcher, feed, base, url, path, state, &response, &why);
    }
    if (!ok || *state != UPDATE_FETCHED)
        unlink(aside_path);
    return ok;
}

Str url_path(Arena *arena, Str path)
{
    Buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        bool plain = char_is_alnum(c) || str_find_char(STR("-._~/"), c) != STR_NONE;
        if (plain)
            buf_put_char(&out, c);
        else
            buf_printf(&out, "%%%02X", (unsigned char)c);
    }
    return arena_str(arena, buf_str(&out));
}
