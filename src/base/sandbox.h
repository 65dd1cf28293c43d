/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/error.h"
#include "base/fd.h"
#include "base/limits.h"

/* What a process may still do once it parses hostile bytes: compute, and read and write the
 * descriptors it holds. Irrevocable; for a child of base/child.h before its first hostile byte. */
typedef enum SandboxProfile {
    SANDBOX_ARCHIVE, /* no file can be named: open, socket, exec, fork and ptrace kill */
    SANDBOX_TREE,    /* also: open and list read-only, beneath the given directories */
} SandboxProfile;

/* No new privileges, no core, not traceable; limits->memory of address space, limits->seconds of
 * processor time (SIGXCPU), limits->file_bytes to a file; Landlock where the kernel has it; a list
 * of allowed system calls. Everything that is opened by name (libraries!) has to be open before. A
 * kernel without seccomp is ERR_UNSUPPORTED: the work must not go on. Without Landlock TREE is
 * confined by the list alone: read-only, but not to `trees`. */
MUST_USE bool sandbox_enter(SandboxProfile profile, const Limits *limits, const Fd *trees,
                            size_t count, Error *err);

/* False where the build cannot have the list of system calls and the limit on memory: the
 * sanitizers need more than they leave. For tests. */
bool sandbox_active(void);
