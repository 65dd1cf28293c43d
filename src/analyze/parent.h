/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <pthread.h>
#include "layers/folder.h"
#include "sources/source.h"

/* The sandboxed child's side of the conversation that analyze/worker.h lays down. Threads may share
 * it: each folder has its own place where answers wait for whoever asked. */
typedef struct ParentFolder {
    bool listed, answered;
    FolderFile files[FOLDER_BATCH];
    size_t count;
    struct Parent *parent;
    uint32_t number;
} ParentFolder;

typedef struct Parent {
    Fd socket;
    pthread_mutex_t send, receive;
    ParentFolder *folders;   /* those the collector holds */
    FolderListing *listings; /* of each */
    size_t folder_count;
    bool list_ended;
} Parent;

void parent_init(Parent *parent, Fd socket, size_t folders, Arena *arena);
void parent_fini(Parent *parent);

/* A message of this kind: `first`, as a string with its length, and `rest`. */
MUST_USE bool parent_say(Parent *parent, char kind, Str first, Str rest, Error *err);
/* Of a layer; whether it is heard matters to none but the collector. */
void parent_say_layer(Parent *parent, char kind, Str name, uint32_t number);
/* What the answer to WORKER_KEYS holds, into *answer. */
MUST_USE bool parent_ask_keys(Parent *parent, Str question, Buf *answer, Error *err);
/* Has these folders listed, each once; their listings are whole then. */
MUST_USE bool parent_list(Parent *parent, const uint32_t *numbers, size_t count, Error *err);

/* Who opens the files of a folder of the collector's. */
FolderOpener parent_opener(Parent *parent, uint32_t number);
/* The same for an image whose parts lie in the first folder. */
SourceOpener parent_source(Parent *parent);
