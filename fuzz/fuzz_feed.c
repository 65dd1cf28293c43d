/* SPDX-License-Identifier: Apache-2.0 */
/* One file of one feed; where a row has several paths, the first byte chooses. What was read is
 * resolved, and of one input in four a database is made. */
#include <assert.h>

#include "advisories/feed.h"
#include "advisories/write.h"
#include "fuzz.h"

enum { PATHS = 10 };

typedef struct Row {
    const char *name; /* of the feed's file src/advisories/feed_NAME.c, or of a row in it */
    Str paths[PATHS];
} Row;

static const Row rows[] = {
    {"osv",
     {STR_INIT("osv/npm/x.json"), STR_INIT("osv/Debian/x.json"), STR_INIT("osv/Ubuntu/x.json"),
      STR_INIT("osv/AlmaLinux/x.json"), STR_INIT("osv/Red Hat/x.json"), STR_INIT("osv/Go/x.json"),
      STR_INIT("osv/PyPI/x.json"), STR_INIT("osv/Maven/x.json"), STR_INIT("osv/Alpine/x.json"),
      STR_INIT("osv/npm/all.zip")}},
    {"debian", {STR_INIT("debian/json")}},
    {"alpine", {STR_INIT("alpine-secdb/v3.99/main.json")}},
    {"wolfi", {STR_INIT("wolfi/security.json")}},
    {"chainguard", {STR_INIT("chainguard/security.json")}},
    {"nvd", {STR_INIT("nvd/nvdcve-2.0-2099.json")}},
    {"kev",
     {STR_INIT("kev/known_exploited_vulnerabilities.json"),
      STR_INIT("kev/known_exploited_vulnerabilities.csv")}},
    {"epss", {STR_INIT("epss/epss_scores-current.csv")}},
    {"cwe", {STR_INIT("cwe/cwe.csv")}},
    {"cwe_xml", {STR_INIT("cwe/cwec_v4.xml"), STR_INIT("cwe/cwec_v4.xml.zip")}},
    {"eol", {STR_INIT("eol/eol.csv")}},
    {"eol_json", {STR_INIT("eol/debian.json")}},
    {"exploits", {STR_INIT("exploits.csv")}},
    {"exploit_db", {STR_INIT("exploitdb/files_exploits.csv")}},
    {"metasploit", {STR_INIT("metasploit/modules_metadata_base.json")}},
    {"nuclei", {STR_INIT("nuclei/cves.json")}},
    {"nodejs", {STR_INIT("nodejs-core/index.json")}},
    {"ssvc", {STR_INIT("vulnrichment/ssvc.csv")}},
    {"vulnrichment",
     {STR_INIT("vulnrichment/2099/0xxx/CVE-2099-0001.json"), STR_INIT("vulnrichment/x.zip"),
      STR_INIT("vulnrichment/x.tar")}},
    {"seed", {STR_INIT("osv-npm.txt.xz")}},
};

static void feed_read(const Feed *feed, Str path, Str bytes, bool whole, Arena *arena)
{
    Facts facts CLEANUP(facts_fini);
    NoteVec notes = {0};
    Error err = {0};
    facts_init(&facts, arena);
    StrVec paths = {0};
    *vec_push(arena, &paths) = STR("osv/Debian/GHSA-1.json");
    *vec_push(arena, &paths) = STR("osv/npm/GHSA-1.json");
    *vec_push(arena, &paths) = STR("vulnrichment/x.zip");
    Arena own CLEANUP(arena_fini) = {0};
    FeedFile file = {.path = path,
                     .bytes = bytes,
                     .facts = &facts,
                     .arena = &own,
                     .paths = &paths,
                     .notes = &notes,
                     .notes_arena = arena};
    if (!feed->read(&file, &err))
        return;
    facts_resolve(&facts);
    facts_doubt(&facts);
    Buf out CLEANUP(buf_fini) = {0};
    if (whole && !database_bytes(&facts, DATE_NONE, &out, &err))
        assert(err.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Row *row = FUZZ_ROW(rows);
    Arena *arena = fuzz_arena(256 << 10);
    Str input = str_of(data, size);
    unsigned paths = 1;
    while (paths < PATHS && row->paths[paths].len)
        paths++;
    Str path = row->paths[paths > 1 ? fuzz_choice(&input, paths) : 0];
    const Feed *feed = feed_of_path(path);
    assert(feed);
    if (str_ends(path, STR(".zip")))
        input = zip_mend(arena, input);
    if (str_ends(path, STR(".tar")))
        input = tar_mend(arena, input);
    feed_read(feed, path, input, size % 4 == 0, arena);
    return 0;
}
