/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/reader.h"
#include "layers/folder.h"
#include "sources/source.h"

/* What the parent does for a child that may open nothing: it lists folders and opens files beneath
 * them. The child may have been taken over by what it reads: a request is checked to its last byte,
 * what it names is confined to the folders of its image, and how much it may ask for is limited.
 * ERR_INTERNAL says what it should not have asked. */
typedef struct Collector {
    const SourceInput *input;
    const Limits *limits;
    Fd socket; /* to the child */
    uint64_t opened;
    Vec(bool) listed; /* by folder */
    FolderReach reach;
    Arena arena;
} Collector;

void collector_fini(Collector *collector);
/* WORKER_LIST and WORKER_OPEN, behind their first byte. */
MUST_USE bool collector_list(Collector *collector, Reader *request, Error *err);
MUST_USE bool collector_open(Collector *collector, Reader *request, Error *err);
