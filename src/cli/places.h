/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "analyze/cache.h"
#include "cli/options.h"

/* Where things lie by default: /var/lib/assay and /var/cache/assay for root,
 * $XDG_DATA_HOME/assay and $XDG_CACHE_HOME/assay for others, and for root too where they are set.
 */
Str place_data(Arena *arena, const Options *options);     /* --db wins */
Str place_cache(Arena *arena, const Options *options);    /* --cache wins */
Cache place_layers(Arena *arena, const Options *options); /* inside place_cache */
Str place_database(Arena *arena, const Options *options); /* the file inside place_data */
/* The compiled seed that came with the program; empty if it is not there. */
Str place_seed(Arena *arena);

/* The installed database, or the seed where there is none and --db was not given. With --db-key the
 * file alone, and only if the signature of what is then read is right. */
MUST_USE bool place_open_database(const Options *options, Arena *arena, Database **out, Error *err);
