/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "advisories/database.h"
#include "advisories/strings.h"
#include "base/map.h"

/* What all sources say, gathered while a database is built: records about packages as they come,
 * and what is known about single vulnerabilities. Order does not matter but for titles: the same
 * files give the same database. */

/* One record of one source, as its reader hands it in. */
typedef struct Record {
    Str id; /* its own */
    Str title;
    StrVec names; /* all that it says it is: aliases, upstream; CVEs among them */
    Date published;
    StrVec vectors; /* CVSS of the record as a whole */
    Str word;       /* its severity in one word */
    StrVec cwes;
    AdvisoryVec affected; /* ecosystem, package and what row_put keeps; `cvss.vector` if its own */
} Record;

/* A record as it is kept. */
typedef struct RecordFacts {
    Str id, title;
    uint32_t source; /* index into sources */
    Date published;
    StrVec names, cwes, vectors;
    Str word;
    struct VulnerabilityFacts **flaws; /* facts_resolve: one for each flaw it speaks of */
    size_t flaw_count;
} RecordFacts;

typedef struct RowFacts {
    uint32_t package, record;
    uint64_t row;  /* where it begins in `rows` */
    StrVec *doubt; /* facts_doubt: the doubtful id, then what stands against it; NULL: none */
} RowFacts;

typedef struct PackageFacts {
    Str ecosystem, key;
    uint32_t index;
} PackageFacts;

typedef struct Pair {
    Str a, b;
} Pair;
typedef Vec(Pair) PairVec;

enum { SSVC_EXPLOITATION, SSVC_AUTOMATABLE, SSVC_TECHNICAL_IMPACT, SSVC_POINTS };
enum { EPSS_ONE = 100000 };
#define EPSS_NONE UINT32_MAX

typedef struct VulnerabilityFacts {
    Str id, title;
    unsigned title_rank; /* of who gave the title: higher wins */
    Date published, kev_added, kev_due;
    uint32_t epss, percentile; /* in 1 / EPSS_ONE */
    uint8_t exploits;          /* bit Exploit */
    bool disputed, rejected;
    uint32_t ssvc[SSVC_POINTS]; /* references into Facts.strings */
    PairVec cvss;               /* source, vector */
    PairVec words;              /* source, word */
    StrVec cwes;
    /* facts_resolve */
    StrVec aliases;         /* sorted */
    StrVec hidden;          /* found by these too, but they are mere spellings: "DEBIAN-CVE-..." */
    Date published_record;  /* the earliest of its records */
    Vec(uint32_t) named;    /* facts_doubt: rows of records that speak of nothing else */
    uint32_t ordinal;       /* in the order of ids */
    Vec(uint32_t) packages; /* ascending places in the file; the writer's */
} VulnerabilityFacts;

typedef struct EolFacts {
    Str product, release, codename;
    bool ended;
    Date eol, extended_eol;
} EolFacts;

typedef struct SourceFacts {
    Str name, modified;
    uint64_t records;
} SourceFacts;

typedef struct Facts {
    Arena *arena;
    Strings strings; /* of rows */
    Buf rows;
    Vec(RecordFacts) records;
    Vec(RowFacts) row_list;
    Map packages;        /* "ecosystem\x1fkey" to PackageFacts */
    Map vulnerabilities; /* id to VulnerabilityFacts */
    Map words;           /* copies of what repeats: ecosystems, sources, vectors */
    Vec(SourceFacts) sources;
    Vec(EolFacts) eol;
    PairVec cwes; /* id, name */
    Date epss_date;
    Date built; /* what the seed was built on; else DATE_NONE */
    bool seed;
    Arena scratch;
} Facts;

enum { TITLE_NVD = 1, TITLE_KEV, TITLE_RECORD };

void facts_init(Facts *facts, Arena *arena);
void facts_fini(Facts *facts);

/* The source called so (made if absent): "osv/npm", "nvd". */
uint32_t facts_source(Facts *facts, Str name);
/* Counts a record of the source and remembers the newest of its times. */
void facts_source_saw(Facts *facts, uint32_t source, Str modified);

/* Everything is copied. A record without rows still names its aliases and words. */
void facts_add_record(Facts *facts, uint32_t source, const Record *record);
VulnerabilityFacts *facts_vulnerability(Facts *facts, Str id); /* made if absent */
void facts_add_cvss(Facts *facts, VulnerabilityFacts *v, Str source, Str vector);
void facts_add_word(Facts *facts, VulnerabilityFacts *v, Str source, Str word);
void facts_add_cwe(Facts *facts, VulnerabilityFacts *v, Str cwe);
void facts_set_title(Facts *facts, VulnerabilityFacts *v, unsigned rank, Str title);
void facts_add_eol(Facts *facts, const EolFacts *eol);
void facts_add_cwe_name(Facts *facts, Str cwe, Str name);
/* Adds a string unless it is there; lists of facts mostly hold one or two, and grow from one. */
void facts_list_add(Facts *facts, StrVec *list, Str s);
/* One copy of what repeats. */
Str facts_word(Facts *facts, Str s);

/* The statement of a row, without ids. */
void facts_row(const Facts *facts, const RowFacts *row, Arena *arena, Advisory *out);

/* Which flaws each record speaks of, by rules 46, 63 and 78 of the matching rules: names of one
 * flaw are joined, bundles are not. Fills `flaws` and what a vulnerability has from its records. */
void facts_resolve(Facts *facts);

/* Rule 78, once facts are resolved: which aliases the other records of their CVE contradict. */
void facts_doubt(Facts *facts);

/* Is it "CVE-" year "-" number? */
bool cve_is(Str id);
/* The CVE that a name spells: "DEBIAN-CVE-2023-4911" and "UBUNTU-CVE-..." too; else empty. */
Str cve_of(Str name);
/* Of several vectors the one of the newest CVSS. */
Str cvss_best(const StrVec *vectors);
