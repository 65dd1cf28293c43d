/* SPDX-License-Identifier: Apache-2.0 */
/* Every feed's reader: the first line of the input is the path that chooses it ("osv/npm/x.json"),
 * the rest is the file. What was read is resolved, written and asked for. */
#include "advisories/feed.h"
#include "advisories/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena store CLEANUP(arena_fini), arena CLEANUP(arena_fini);
    Facts facts CLEANUP(facts_fini);
    Buf bytes CLEANUP(buf_fini) = {0};
    NoteVec notes = {0};
    Str rest = str_of(data, size), path;
    arena_init(&store);
    arena_init(&arena);
    facts_init(&facts, &store);
    if (!str_next_line(&rest, &path))
        return 0;
    const Feed *feed = feed_of_path(path);
    if (!feed)
        return 0;
    FeedFile file = {.path = path,
                     .bytes = rest,
                     .facts = &facts,
                     .arena = &arena,
                     .notes = &notes,
                     .notes_arena = &store};
    if (!feed->read(&file, NULL))
        return 0;
    facts_resolve(&facts);
    facts_doubt(&facts);
    if (!database_bytes(&facts, DATE_NONE, &bytes, NULL))
        return 0;
    return 0;
}
