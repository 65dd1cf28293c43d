/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/date.h"
#include "base/error.h"
#include "base/reader.h"
#include "model/finding.h"
#include "model/result.h"

/* The vulnerability database: one read-only memory-mapped file, many readers, replaced atomically.
 * Every Str it hands out points into the mapping and lives until database_close. What the file says
 * is checked against its bounds at every step: a damaged file gives fewer rows, never a crash. */
typedef struct Database Database;

/* Opens and checks header, format version and length; the checksum is verified when a database is
 * installed (database_verify). ERR_ABSENT if there is no file, ERR_FORMAT for a foreign or damaged
 * one; the message names the file and says what to do. */
MUST_USE bool database_open(Str path, Arena *arena, Database **out, Error *err);
/* The same of a database that is signed with this Ed25519 key (PEM): the signature of the whole file
 * is in `path`.sig, and it is checked over the very bytes that are then read. ERR_DIGEST if it is
 * wrong, ERR_ABSENT if there is none. */
enum {
    DATABASE_SIGNATURE = 64, /* bytes */
    DATABASE_SIGNATURES =
        4 * DATABASE_SIGNATURE /* at most: while one is replaced, there are several */
};
MUST_USE bool database_open_signed(Str path, Str public_pem, Arena *arena, Database **out,
                                   Error *err);
void database_close(Database *db);                             /* NULL is fine */
MUST_USE bool database_verify(const Database *db, Error *err); /* whole-file checksum */
/* Adds bytes that are others for every other database: what the header says of its contents, and
 * which file it is and when it changed last, since the contents are not verified each time. */
void database_identify(const Database *db, Buf *out);
void database_info(const Database *db, Arena *arena, DatabaseInfo *out);

/* Is there any advisory data for "Debian:12", "Alpine:v3.20", "npm"? Without data a subject's
 * packages of that ecosystem are unknown, never clean. */
bool database_has_ecosystem(const Database *db, Str ecosystem);
/* All of them, with release, sorted. */
void database_ecosystems(const Database *db, Arena *arena, StrVec *out);

/* Vulnerable from `introduced` (empty: from the first version) until before `fixed`, or up to and
 * with `last_affected`; both empty: no end. */
typedef struct AdvisoryRange {
    Str introduced, fixed, last_affected;
} AdvisoryRange;

typedef struct AdvisoryImport { /* Go: rule 74 */
    Str path;
    StrVec symbols; /* empty: the whole package */
} AdvisoryImport;

/* One record's statement about one package of one ecosystem, for one canonical vulnerability
 * (bundles are expanded when the database is built: rule 63). */
typedef struct Advisory {
    Str id;               /* canonical: CVE where there is one, else GHSA, else the record's own */
    Str record;           /* the record's own id: "GHSA-35jh-r3h4-6jhm", "DSA-5532-1" */
    Str feed;             /* "osv/npm", "alpine-secdb", "nodejs-core" */
    Str ecosystem;        /* with release */
    Str package;          /* as the feed keys it */
    bool malware;         /* rule 50 */
    bool not_affected;    /* it says that no version is vulnerable (secdb "0", rule 30) */
    FindingStatus status; /* STATUS_AFFECTED unless the feed says otherwise (rules 7, 9, 19) */
    Str urgency;          /* the feed's own severity word for this package, or empty */
    Str module;           /* rpm module stream "nodejs:18", or empty (rules 16, 65) */
    Cvss cvss;            /* the record's own, if it has one: vector and source, not yet parsed */
    Vec(AdvisoryRange) ranges;
    StrVec versions;   /* listed one by one; a union with the ranges (rule 72) */
    bool all_versions; /* neither ranges nor versions: every version (rule 48) */
    StrVec arches;     /* rpm, empty: all (rule 15) */
    StrVec goos, goarch;
    Vec(AdvisoryImport) imports;
    /* Rule 78: packages that the CVE's other records agree on, none of which resembles this one:
     * the record's alias may be wrong. Empty: no doubt. */
    StrVec doubt;
    uint32_t ordinal; /* of the vulnerability, for database_vulnerability_of */
    bool rejected;    /* the vulnerability is: its CVE was withdrawn */
} Advisory;
typedef Vec(Advisory) AdvisoryVec;

/* All statements about a package, keyed as ecosystem_package_key writes it; in a stable order.
 * For Maven, `package` "*:artifact" finds every group with that artifact (rule 75). */
void database_find(const Database *db, Str ecosystem, Str package, Arena *arena, AdvisoryVec *out);

/* The same one by one, for those who keep few of many: what advisories_next puts on the arena may be
 * taken back before the next. A row is what one or many records say of one or many vulnerabilities:
 * it comes without `record`, `id`, `urgency` and `cvss`, and advisories_take makes an Advisory for each. */
typedef struct AdvisoryCursor {
    const Database *db;
    Str ecosystem, key, feed, record;
    Reader rows, list, records;
    uint64_t left, more, ids, source;
    struct RowTexts {
        uint64_t urgency, vector; /* where in the pool, and 1; 0: none */
    } texts;                      /* of the last row */
    /* For who asks: no other row of the package speaks of the same vulnerability, and none of
     * malware; and of how many the last row speaks that were not rejected. */
    bool is_once;
    uint64_t standing;
} AdvisoryCursor;
void advisories_open(const Database *db, Str ecosystem, Str package, AdvisoryCursor *out);
bool advisories_next(AdvisoryCursor *cursor, Arena *arena, Advisory *out);
/* For the next vulnerability of the row that came last; false once there is none. */
bool advisories_take(AdvisoryCursor *cursor, const Advisory *row, Advisory *out);
/* Is anything said of a package? */
bool database_has_package(const Database *db, Str ecosystem, Str package);
/* The same of many, which is several times faster than of each: the memory that one waits for comes
 * while others are waited for. */
typedef struct PackageName {
    Str ecosystem, package;
    bool known; /* the answer */
} PackageName;
void database_has_packages(const Database *db, PackageName *names, size_t count);

typedef struct SeverityWord {
    Str source, word;
} SeverityWord;

/* What is known about one canonical vulnerability from all sources together. */
typedef struct Vulnerability {
    Str id;
    StrVec aliases; /* other names of this one flaw, and bundles that contain it; sorted */
    Str title;      /* empty where only the seed is there */
    Date published; /* DATE_NONE: not known */
    bool disputed, rejected;
    Vec(Cvss) cvss; /* each with its source: "nvd", "cisa-adp", a CNA's address, "osv/npm" */
    Vec(SeverityWord) words;
    StrVec cwes;
    double epss, epss_percentile; /* epss < 0: none */
    Date epss_date;
    Date kev_added, kev_due; /* kev_added DATE_NONE: not listed */
    bool exploit[EXPLOITS];
    Str ssvc_exploitation, ssvc_automatable, ssvc_technical_impact; /* empty: not assessed */
} Vulnerability;

/* By any id or alias; false if unknown. Several vulnerabilities may share a bundle's name:
 * `nth` counts them from 0. */
bool database_vulnerability(const Database *db, Str id, size_t nth, Arena *arena,
                            Vulnerability *out);
/* The one that a statement is about, and no other that goes by its name; without a search. */
bool database_vulnerability_of(const Database *db, const Advisory *advisory, Arena *arena,
                               Vulnerability *out);
/* Every statement that belongs to a vulnerability, over all ecosystems and packages. */
void database_advisories_of(const Database *db, Str id, Arena *arena, AdvisoryVec *out);

/* End of life of a distribution or a runtime ("debian", "12"; "nodejs", "18"): dates of free
 * support and of free long-term support; DATE_NONE where not known. False if the product is
 * unknown. */
typedef struct EolDates {
    Str product, release, codename;
    bool ended; /* the source says "yes" without a date */
    Date eol, extended_eol;
} EolDates;
bool database_eol(const Database *db, Str product, Str release, EolDates *out);
/* The release that a codename names: "bookworm" is "12". */
bool database_eol_codename(const Database *db, Str product, Str codename, EolDates *out);
/* "CWE-79" is "Cross-site Scripting"; empty if unknown. */
Str database_cwe_name(const Database *db, Str cwe);
