/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fd_close(Fd *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

Fd fd_take(Fd *fd)
{
    Fd taken = *fd;
    *fd = -1;
    return taken;
}

/* A NUL-terminated copy on the caller's stack; false if it does not fit or holds a NUL itself. */
static bool path_copy(Str path, char out[4096], Error *err)
{
    if (path.len >= 4096 || str_find_char(path, '\0') != STR_NONE)
        return error_set(err, ERR_USAGE, "path is too long or holds a NUL byte: " STR_FMT,
                         STR_ARG(str_head(path, 80)));
    if (path.len)
        memcpy(out, path.ptr, path.len);
    out[path.len] = '\0';
    return true;
}

static bool open_at(Fd dir, Str path, int flags, Fd *out, Error *err)
{
    char text[4096];
    if (!path_copy(path, text, err))
        return false;
    *out = openat(dir, text, flags | O_CLOEXEC);
    if (*out < 0) {
        error_sys(err, "cannot open " STR_FMT, STR_ARG(path));
        if (err && errno == ENOENT)
            err->code = ERR_ABSENT;
        return false;
    }
    return true;
}

bool fd_open_read_at(Fd dir, Str path, Fd *out, Error *err)
{
    return open_at(dir, path, O_RDONLY | O_NOCTTY, out, err);
}

bool fd_open_dir_at(Fd dir, Str path, Fd *out, Error *err)
{
    return open_at(dir, path, O_RDONLY | O_DIRECTORY, out, err);
}

bool fd_open_temporary(Fd *out, Error *err)
{
    const char *dir = getenv("TMPDIR");
    dir = dir && *dir ? dir : "/tmp";
    *out = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*out < 0)
        return error_sys(err, "cannot make a temporary file in %s", dir);
    return true;
}

bool fd_size(Fd fd, uint64_t *out, Error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_sys(err, "fstat");
    *out = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return true;
}

bool fd_write_all(Fd fd, Str bytes, Error *err)
{
    while (bytes.len) {
        ssize_t put = write(fd, bytes.ptr, bytes.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return error_sys(err, "write");
        bytes = str_from_pos(bytes, (size_t)put);
    }
    return true;
}

bool fd_pread(Fd fd, void *into, size_t cap, uint64_t offset, size_t *got, Error *err)
{
    ssize_t n;
    do
        n = pread(fd, into, cap, (off_t)offset);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_sys(err, "read");
    *got = (size_t)n;
    return true;
}

bool fd_read_all(Fd fd, Str name, uint64_t limit, Arena *arena, Str *out, Error *err)
{
    Buf buf CLEANUP(buf_fini) = {0};
    for (;;) {
        char *at = buf_reserve(&buf, 65536);
        ssize_t n = read(fd, at, 65536);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_sys(err, "cannot read " STR_FMT, STR_ARG(name));
        if (n == 0)
            break;
        buf.len += (size_t)n;
        if (buf.len > limit)
            return error_set(err, ERR_LIMIT, STR_FMT ": larger than %llu bytes", STR_ARG(name),
                             (unsigned long long)limit);
    }
    *out = arena_str(arena, buf_str(&buf));
    return true;
}

bool file_read(Str path, uint64_t limit, Arena *arena, Str *out, Error *err)
{
    Fd fd CLEANUP(fd_close) = -1;
    return fd_open_read_at(AT_FDCWD, path, &fd, err) &&
           fd_read_all(fd, path, limit, arena, out, err);
}

static bool write_in_place(const char *path, Str bytes, Error *err)
{
    Fd fd CLEANUP(fd_close) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return error_sys(err, "cannot write %s", path);
    return fd_write_all(fd, bytes, err) || error_within(err, "%s", path);
}

/* A file that bytes are written to before they get their name. */
typedef struct Aside {
    char path[4096]; /* "out/.report.html.assay.new" */
    Fd fd;
    bool named;
} Aside;

static bool aside_name(Aside *aside, const char *path, const char *suffix)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    int length = snprintf(aside->path, sizeof aside->path, "%.*s.%s.assay%s", (int)(base - path),
                          path, base, suffix);
    errno = ENAMETOOLONG;
    return length > 0 && (size_t)length < sizeof aside->path;
}

/* It has no name while it is written, so that nothing is left of whoever is killed. Where there is
 * no such thing (NFS, no /proc to link it from) it bears one of this process. */
static bool aside_open(Aside *aside, const char *path)
{
    char dir[4096], own[32];
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    snprintf(own, sizeof own, ".%d.new", (int)getpid());
    if (access("/proc/self/fd", X_OK) == 0)
        aside->fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
    aside->named = aside->fd < 0;
    if (!aside_name(aside, path, aside->named ? own : ".new"))
        return false;
    if (aside->named)
        aside->fd = open(aside->path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    return aside->fd >= 0;
}

/* Of two writers one may rename what the other has linked: it is whole, and the other tries again. */
static bool aside_rename(const Aside *aside, const char *path)
{
    char source[32];
    snprintf(source, sizeof source, "/proc/self/fd/%d", aside->fd);
    for (unsigned tries = 0; !aside->named && tries < 100; tries++) {
        if (linkat(AT_FDCWD, source, AT_FDCWD, aside->path, AT_SYMLINK_FOLLOW) != 0) {
            if (errno != EEXIST || (unlink(aside->path) != 0 && errno != ENOENT))
                return false;
        } else if (rename(aside->path, path) == 0) {
            return true;
        } else if (errno != ENOENT) {
            return false;
        }
    }
    return rename(aside->path, path) == 0;
}

static bool write_whole(Str path, Str bytes, bool sync, Error *err)
{
    char text[4096];
    struct stat st;
    Aside aside = {.fd = -1};
    if (!path_copy(path, text, err))
        return false;
    bool there = lstat(text, &st) == 0;
    if (there && !S_ISREG(st.st_mode)) /* also /dev/stdout, a link to whatever that is */
        return write_in_place(text, bytes, err);
    if (!aside_open(&aside, text))
        return error_sys(err, "cannot write %s", text);
    bool ok = fd_write_all(aside.fd, bytes, err) || error_within(err, "%s", text);
    if (ok && there && fchmod(aside.fd, st.st_mode & 07777) != 0)
        ok = error_sys(err, "cannot write %s", text);
    if (ok && ((sync && fsync(aside.fd) != 0) || !aside_rename(&aside, text)))
        ok = error_sys(err, "cannot write %s", text);
    fd_close(&aside.fd);
    if (!ok)
        unlink(aside.path);
    return ok;
}

bool file_write_atomic(Str path, Str bytes, Error *err)
{
    return write_whole(path, bytes, true, err);
}

bool file_write_unsynced(Str path, Str bytes, Error *err)
{
    return write_whole(path, bytes, false, err);
}

bool dir_make_all(Str path, Error *err)
{
    char text[4096];
    if (!path_copy(path, text, err))
        return false;
    for (char *slash = strchr(text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(text, 0755) != 0 && errno != EEXIST)
            return error_sys(err, "cannot make the folder %s", text);
        *slash = '/';
    }
    if (mkdir(text, 0755) != 0 && errno != EEXIST)
        return error_sys(err, "cannot make the folder %s", text);
    return true;
}
