/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "model/context.h"
#include "model/inventory.h"
#include "model/score.h"

/* How the subject stands to a host, to containers or to the images of an application; all empty
 * where it stands alone. */
typedef struct VerticalSide {
    Str name; /* of a container; empty for the host */
    FindingVec findings;
    Context context;
    StrVec fixed;
    StrVec escape;
} VerticalSide;

typedef struct VerticalMember {
    Str name;
    int64_t raw; /* nano-nats */
} VerticalMember;

typedef struct Vertical {
    bool has_host; /* the subject is a container: host is what lies beneath, escape its own flags */
    VerticalSide host;
    StrVec escape;
    Vec(VerticalSide) containers; /* the subject is a host */
    Vec(VerticalMember) members;  /* the subject is an application */
} Vertical;

typedef struct DatabaseSource {
    Str name;
    Str modified; /* RFC 3339 day or time, as the source says; empty: not said */
    uint64_t records;
} DatabaseSource;

typedef struct DatabaseInfo {
    Str version; /* content hash, short */
    Date built;
    bool seed; /* the data that came with the program */
    Vec(DatabaseSource) sources;
} DatabaseInfo;

/* One assessment: everything that a report shows, and all that a score can be computed from again.
 */
typedef struct Result {
    Date as_of;
    Inventory inventory;
    struct {
        bool known, past, extended; /* extended: only long-term support is left */
        Date date;
    } eol;
    DatabaseInfo database;
    Str policy_hash, model;
    Context context;
    StrVec fixed; /* increments that are active */
    Score score;
    FindingVec findings; /* sorted by finding_cmp */
    uint64_t masked;     /* how many more are masked and left out: who asked shows none of them */
    Vertical vertical;
} Result;
