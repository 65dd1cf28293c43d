/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <pthread.h>
#include "base/hash.h"

/* A lane is a stream whose bytes are hashed (SHA-256) beside what its reader does with them, by
 * whichever thread has time: the reader itself when it has run ahead as far as it may, another
 * reader in the same situation, or a thread that has nothing to read (lanes_help). Whoever hashes
 * takes two lanes at a time where it can, since they can take turns on one core (base/sha2.h).
 * Slots are used again and again: no byte of a layer is kept. */
enum { LANE_SLOTS = 4, LANES_MAX = 64 };

typedef struct Lanes {
    pthread_mutex_t lock;
    pthread_cond_t work; /* for those who help */
    struct Lane *open[LANES_MAX];
    size_t count;
    size_t cores;
    size_t active; /* threads between lanes_enter and lanes_leave that wait for nothing */
    size_t idle;   /* threads that wait in lanes_help */
    bool over;
} Lanes;

void lanes_init(Lanes *lanes, size_t cores);
void lanes_fini(Lanes *lanes);
/* Around all that a thread does with lanes. */
void lanes_enter(Lanes *lanes);
void lanes_leave(Lanes *lanes);
/* Hashes for others until lanes_end. */
void lanes_help(Lanes *lanes);
void lanes_end(Lanes *lanes);

typedef struct LaneSlot {
    char *bytes;
    size_t len;
} LaneSlot;

/* Belongs to one thread, which opens it for one stream after the other. */
typedef struct Lane {
    Stream stream; /* first: read this */
    Stream *inner;
    Lanes *lanes;
    Arena *arena;
    Hash hash;
    LaneSlot slots[LANE_SLOTS];
    Str rest;    /* of the slot that is being read */
    bool ended;  /* `inner` has */
    bool failed; /* with `failure` */
    Error failure;
    /* Under the lock: */
    size_t filled, hashed; /* slots, ever; their difference waits to be hashed */
    bool busy;             /* somebody hashes it */
    bool waiting;          /* its owner, for `moved` */
    pthread_cond_t moved;
} Lane;

void lane_init(Lane *lane, Lanes *lanes, Arena *arena); /* slots lie on the arena */
void lane_fini(Lane *lane);
/* `inner` is read by whoever reads the lane. At most LANES_MAX lanes are open at a time. */
MUST_USE bool lane_open(Lane *lane, Stream *inner, Error *err);
/* Reads what is left: the digest of the whole. The lane is closed thereafter, whatever happened. */
MUST_USE bool lane_finish(Lane *lane, Digest *out, Error *err);
void lane_close(Lane *lane); /* wherever it stands; a closed one is fine */
