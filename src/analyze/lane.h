/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "base/hash.h"

/* A lane is a stream whose bytes are hashed (SHA-256) beside what its reader does with them, by
 * whichever thread has time: the reader itself when it has run ahead as far as it may, another
 * reader in the same situation, or a thread that has nothing to read (lanes_help). Whoever hashes
 * takes two lanes at a time where it can, since they can take turns on one core (base/sha2.h).
 * Slots are used again and again: no byte of a layer is kept. */
enum { LANE_SLOTS = 4, LANES_MAX = 64 };
/* ISA-L copies at each call what the next may refer to, and to wake a thread costs something too: slots
 * of half the size cost 3 % of a layer of 240 MB. */
enum { LANE_SLOT_BYTES = 188 << 10 };

typedef struct Lanes {
    pthread_mutex_t lock;
    pthread_cond_t work; /* for those who help */
    struct Lane *open[LANES_MAX];
    size_t count;
    size_t cores;
    size_t active;  /* threads between lanes_enter and lanes_leave that wait for nothing */
    size_t idle;    /* threads that wait in lanes_help */
    size_t helpers; /* that do nothing else; set before anything is handed over */
    bool over;
    /* What a helper was handed: */
    void (*task)(void *context);
    void *task_context;
    bool task_taken, task_ended;
    pthread_cond_t task_end;
} Lanes;

void lanes_init(Lanes *lanes, size_t cores);
void lanes_fini(Lanes *lanes);
/* Around all that a thread does with lanes. */
void lanes_enter(Lanes *lanes);
void lanes_leave(Lanes *lanes);
/* Hashes for others, and does what they hand over, until lanes_end. */
void lanes_help(Lanes *lanes);
void lanes_end(Lanes *lanes);
bool lanes_have_help(const Lanes *lanes);
/* One of the helpers runs `task`, one at a time. */
void lanes_hand_over(Lanes *lanes, void (*task)(void *context), void *context);
/* Hashes for others until the task has ended. */
void lanes_await(Lanes *lanes);

typedef struct LaneSlot {
    char *bytes;
    size_t len;
} LaneSlot;

/* Belongs to one thread, which opens it for one stream after the other. While it is pumped, that thread
 * fills its slots, and another one reads it and hashes what it has read. */
typedef struct Lane {
    Stream stream; /* first: read this */
    Stream *inner;
    Lanes *lanes;
    Hash hash;
    LaneSlot slots[LANE_SLOTS];
    size_t slot_count;
    Str rest;    /* of the slot that is being read */
    bool ended;  /* `inner` has */
    bool failed; /* with `failure` */
    Error failure;
    /* Under the lock: */
    size_t filled, hashed; /* slots, ever; their difference waits to be hashed */
    bool busy;             /* somebody hashes it */
    bool ahead;            /* the slot behind the filled ones is filled as well, */
    bool filling;          /* or is being filled */
    bool waiting;          /* its owner, for `moved` */
    pthread_cond_t moved;
    /* While it is pumped, under the lock as well: */
    bool pumped;
    struct Lane *below; /* or NULL: its reader works ahead for it */
    bool pump_ended;    /* no slot will be filled */
    bool stopped;       /* none is wanted */
    bool hungry;        /* its reader waits for `more` */
    bool holds;         /* its reader, the slot that is to be hashed next */
    pthread_cond_t more;
    atomic_uint news; /* changes with each slot that is filled, and at the end; under no lock */
} Lane;

/* With so many slots, on the arena: 2 to LANE_SLOTS. */
void lane_init(Lane *lane, Lanes *lanes, size_t slots, Arena *arena);
void lane_fini(Lane *lane);
/* `inner` is read by whoever reads the lane. At most LANES_MAX lanes are open at a time. */
MUST_USE bool lane_open(Lane *lane, Stream *inner, Error *err);
/* Reads what is left: the digest of the whole. The lane is closed thereafter, whatever happened. */
MUST_USE bool lane_finish(Lane *lane, Digest *out, Error *err);
void lane_close(Lane *lane); /* wherever it stands; a closed one is fine */
/* Between lane_open and the first read, before it is handed over: it will be pumped, out of `below`. */
void lane_share(Lane *lane, Lane *below);
/* Its owner's part: fills slots until the stream ends or fails, or lane_stop. */
void lane_pump(Lane *lane);
/* Its reader's last word. */
void lane_stop(Lane *lane);
