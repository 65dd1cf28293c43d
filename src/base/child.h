/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"

/* Work that hostile bytes may break runs in a forked child, which holds nothing but standard error,
 * one socket to its parent and the descriptors handed to it. The parent reads its messages and
 * trusts none of them. */
typedef struct ChildSide {
    Fd socket;     /* to the parent */
    const Fd *fds; /* those handed over, in their order, renumbered */
    size_t count;
} ChildSide;

/* Runs in the child. What it returns as Error reaches the parent's child_receive. */
typedef bool ChildRun(const ChildSide *side, void *context, Error *err);

typedef struct Child {
    const char *name; /* for messages: "the parser" */
    int pid;          /* 0: none, or reaped */
    Fd socket;
    bool starved; /* it met its limit of memory or time */
} Child;

#define CHILD_NONE ((Child){.socket = -1})

/* What a child is handed at its start; it may be sent more (child_send_fds). */
enum { CHILD_FDS = 8 };

/* `name` and `context` have to live as long as the child. Other threads of this process are not in
 * the child. */
MUST_USE bool child_start(Child *out, const char *name, ChildRun *run, void *context, const Fd *fds,
                          size_t count, Error *err);

/* How long the parent waits for a child that says nothing, whatever it does meanwhile; and it waits
 * two minutes for one that does not take what it asked for. */
MUST_USE bool child_patience(const Child *child, unsigned seconds, Error *err);

/* Whole messages, from either side. Error.sys is EPIPE where the other side is gone. */
MUST_USE bool child_send(Fd socket, Str message, Error *err);
/* With up to MESSAGE_FDS descriptors, which stay the sender's own too. */
enum { MESSAGE_FDS = 64 };
MUST_USE bool child_send_fds(Fd socket, Str message, const Fd *fds, size_t count, Error *err);
/* The child's view: *got false once the parent has closed. */
MUST_USE bool child_take(Fd socket, uint64_t limit, Buf *into, bool *got, Error *err);
/* `fds` has room for MESSAGE_FDS; the *count that came are the taker's to close, also after an
 * error. */
MUST_USE bool child_take_fds(Fd socket, uint64_t limit, Buf *into, Fd *fds, size_t *count,
                             bool *got, Error *err);

/* The parent's: *got false once the child has ended well. Its own Error, its death (ERR_INTERNAL,
 * "the parser died (SIGSEGV)"), its limits (ERR_LIMIT) and a message beyond `limit` are
 * errors; after one the child is gone. */
MUST_USE bool child_receive(Child *child, uint64_t limit, Buf *into, bool *got, Error *err);

/* It has nothing more to say: killed at once, reaped when it is convenient, at exit at the latest. */
void child_dismiss(Child *child);
void child_close(Child *child); /* kills and reaps what still runs; fits CLEANUP(child_close) */
