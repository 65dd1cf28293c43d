/* SPDX-License-Identifier: Apache-2.0 */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No openat2: each folder on the way is opened by one name that may be neither ".." nor a link. */
static Fd open_by_steps(Fd dir, const char *path, int flags)
{
    char name[NAME_MAX + 1];
    Fd at CLEANUP(fd_close) = -1;
    for (;;) {
        size_t len = strcspn(path, "/");
        bool last = path[len] == '\0';
        if (len > NAME_MAX || (len == 2 && memcmp(path, "..", 2) == 0)) {
            errno = EXDEV;
            return -1;
        }
        memcpy(name, path, len);
        name[len] = '\0';
        int how = last ? flags : O_PATH | O_DIRECTORY;
        Fd next =
            openat(at >= 0 ? at : dir, len ? name : ".", how | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
        if (last || next < 0)
            return next;
        fd_close(&at);
        at = next;
        path += len + 1;
    }
}

Fd beneath_open(Fd dir, const char *path, int flags, BeneathLinks links)
{
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY)),
        .resolve = links == BENEATH_INSIDE_LINKS
                       ? RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
                       : RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    if (path[0] == '/') {
        errno = EXDEV;
        return -1;
    }
    long fd = syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_by_steps(dir, path, flags);
    return (Fd)fd;
}

bool beneath_is_absent(void)
{
    return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV;
}

static bool is_regular(Fd fd, struct stat *st)
{
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode);
}

/* Through /proc the very file is opened that was looked at. Without /proc it is looked at again. */
static Fd reopen(Fd seen, const struct stat *was, Fd dir, const char *path, BeneathLinks links)
{
    char link[32];
    struct stat is;
    snprintf(link, sizeof link, "/proc/self/fd/%d", seen);
    Fd fd CLEANUP(fd_close) = open(link, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        fd = beneath_open(dir, path, O_RDONLY | O_NONBLOCK, links);
    if (fd >= 0 && (!is_regular(fd, &is) || is.st_ino != was->st_ino || is.st_dev != was->st_dev)) {
        errno = ENOENT;
        return -1;
    }
    return fd_take(&fd);
}

BeneathFile beneath_open_file(Fd dir, const char *path, BeneathLinks links, Fd *out)
{
    struct stat st;
    *out = -1;
    Fd seen CLEANUP(fd_close) = beneath_open(dir, path, O_PATH, links);
    if (seen < 0)
        return beneath_is_absent() ? BENEATH_ABSENT : BENEATH_UNREADABLE;
    if (fstat(seen, &st) != 0)
        return BENEATH_UNREADABLE;
    if (!S_ISREG(st.st_mode))
        return BENEATH_ABSENT;
    *out = reopen(seen, &st, dir, path, links);
    if (*out >= 0)
        return BENEATH_FILE;
    return errno == ENOENT ? BENEATH_ABSENT : BENEATH_UNREADABLE;
}
