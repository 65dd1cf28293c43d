/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fd.h"

/* Opening by a path that somebody else chose, beneath a folder that it can never leave: the kernel
 * sees to it (openat2), and on kernels that cannot, the path is walked here, name by name. */
typedef enum BeneathLinks {
    BENEATH_NO_LINKS,     /* a symlink anywhere in the path: not there */
    BENEATH_INSIDE_LINKS, /* followed as if the folder were the root (not followed at all where the
                             kernel has no openat2) */
} BeneathLinks;

/* As openat, O_CLOEXEC and O_NOCTTY added; -1 with errno. */
Fd beneath_open(Fd dir, const char *path, int flags, BeneathLinks links);

/* Does errno say that nothing is there? All else hides what is. */
bool beneath_is_absent(void);

typedef enum BeneathFile {
    BENEATH_FILE,       /* *out reads it */
    BENEATH_ABSENT,     /* or no regular file */
    BENEATH_UNREADABLE, /* it is there, and errno says why it cannot be read */
} BeneathFile;

/* A regular file, read-only. What it is is settled before it is opened: a device that stands there
 * is never touched, a pipe is never waited for. */
BeneathFile beneath_open_file(Fd dir, const char *path, BeneathLinks links, Fd *out);
