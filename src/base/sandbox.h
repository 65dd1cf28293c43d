/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/error.h"
#include "base/fd.h"
#include "base/limits.h"

enum { SANDBOX_FDS = 4160 }; /* descriptors at most; a lower hard limit stays */

/* What a process may still do once it parses hostile bytes: compute, start threads and choose the
 * processors they run on, and read, map and write the descriptors it holds or is handed.
 * Irrevocable; for a child of base/child.h before its first hostile byte.
 *
 * No new privileges, no core, not traceable; limits->memory of address space, limits->seconds of
 * processor time (SIGXCPU), limits->file_bytes to a file; a list of allowed system calls, in which
 * naming a file, a socket, exec, fork and ptrace kill; and Landlock, where the kernel has it, as a
 * second fence. Everything that is opened by name (libraries!) has to be open before. A kernel
 * without seccomp is ERR_UNSUPPORTED: the work must not go on. */
MUST_USE bool sandbox_enter(const Limits *limits, Error *err);

/* False where the build cannot have the list of system calls and the limit on memory: the
 * sanitizers need more than they leave. For tests. */
bool sandbox_active(void);
