/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/date.h"
#include "model/cvss.h"
#include "model/note.h"
#include "model/package.h"

typedef enum FindingKind {
    KIND_CVE,
    KIND_CWE,
    KIND_MALWARE,
    KIND_CONFIG,
    KIND_SECRET,
    KIND_RUNTIME,
    KIND_NETWORK,
    KIND_HOST,
    KIND_HOSTCONFIG,
    KIND_SERVICE,
    KIND_SERVICECONFIG,
    KIND_LICENCE,
    FINDING_KINDS,
} FindingKind;

/* Not in the order in which one outweighs another: see severity_rank. */
typedef enum Severity {
    SEVERITY_UNKNOWN,
    SEVERITY_NEGLIGIBLE,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITIES,
} Severity;

/* The level of a finding without a CVE. */
typedef enum Level {
    LEVEL_INFO,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    LEVEL_HIGH,
    LEVEL_CRITICAL,
    LEVELS
} Level;

typedef enum FindingStatus {
    STATUS_UNKNOWN,
    STATUS_AFFECTED,
    STATUS_FIXED,
    STATUS_WILL_NOT_FIX,
    STATUS_DEFERRED,
    STATUS_END_OF_LIFE,
    STATUS_NOT_AFFECTED,
    STATUS_UNDER_INVESTIGATION,
    FINDING_STATUSES,
} FindingStatus;

typedef enum CodeState { CODE_DORMANT, CODE_UNKNOWN, CODE_LOADED, CODE_STATES } CodeState;
typedef enum FixState { FIX_NONE, FIX_WONTFIX, FIX_AVAILABLE, FIX_STATES } FixState;

/* Evidence of exploitation: what each flag says is written in the policy, [evidence]. */
typedef enum Exploit {
    EXPLOIT_KEV,
    EXPLOIT_RANSOMWARE,
    EXPLOIT_OTHER_KEV,
    EXPLOIT_METASPLOIT,
    EXPLOIT_NUCLEI,
    EXPLOIT_POC,
    EXPLOIT_EXPLOITDB,
    EXPLOITS,
} Exploit;

/* Which fields of FindingInputs are known. A field that is not takes the cautious middle. */
enum {
    INPUT_SEVERITY = 1 << 0,
    INPUT_LEVEL = 1 << 1,
    INPUT_CVSS = 1 << 2,
    INPUT_AV = 1 << 3,
    INPUT_EPSS = 1 << 4,
    INPUT_AGE = 1 << 5,
    INPUT_AUTOMATABLE = 1 << 6,
    INPUT_CODE = 1 << 7,
    INPUT_FIX = 1 << 8,
    INPUT_EXPLOIT = 1 << 9, /* shifted left by the Exploit: seven bits */
};

typedef struct SeenBy {
    Str scanner;
    double confidence; /* [0, 1] */
} SeenBy;

/* All that the score of one finding is computed from. */
typedef struct FindingInputs {
    uint32_t known;
    Severity severity;
    Level level;
    double cvss; /* base score; 0: none */
    char av;     /* N A L P ? */
    double epss;
    int32_t age; /* days since publication */
    bool automatable;
    bool exploit[EXPLOITS];
    CodeState code;
    FixState fix;
    Vec(SeenBy) seen; /* one row a scanner */
} FindingInputs;

typedef struct Place {
    Str path;
    uint32_t line;  /* 0: no line */
    uint32_t layer; /* or LAYER_NONE */
} Place;

typedef struct Evidence {
    Str scanner;
    double confidence;
    Str why;    /* "1.1.1g-r0 < 1.1.1q-r0, source package openssl of openssl-libs" */
    Str source; /* feed and record: "osv/Alpine ALPINE-CVE-2022-2097" */
} Evidence;

typedef struct Mask {
    Str reason; /* empty: not masked */
    Str author; /* a file, a VEX document's id, or "rule 68" */
    Date until; /* DATE_NONE: no end */
} Mask;

typedef struct Finding {
    FindingKind kind;
    Str id;         /* CVE, else GHSA, else the record's own */
    Str eco;        /* ecosystem without release, or empty */
    Str unit;       /* source package or check id */
    StrVec aliases; /* sorted, without id */
    Str title;
    bool disputed;
    Severity severity;
    Str severity_source;
    Cvss cvss;
    struct {
        double score, percentile; /* score < 0: none */
        Date date;
    } epss;
    struct {
        Date added, due; /* added DATE_NONE: not listed */
        bool ransomware;
    } kev;
    struct {
        Str exploitation, automatable, technical_impact, decision; /* empty: not known */
    } ssvc;
    struct {
        Date date; /* DATE_NONE: see why */
        Str why;   /* empty: there is none */
    } deadline;
    StrVec cwes;
    Vec(uint32_t) packages; /* indices into Inventory.packages, ascending */
    Vec(Place) places;
    FindingStatus status;
    StrVec fixed_in; /* the installed branch's first (rule 76) */
    Mask mask;
    Vec(Evidence) evidence;
    FindingInputs inputs;
    int32_t points; /* tenths; set by the score */
} Finding;
typedef Vec(Finding) FindingVec;

Str finding_kind_name(FindingKind kind);
bool finding_kind_parse(Str name, FindingKind *out);
bool finding_kind_is_cve(FindingKind kind); /* scored by CVE evidence: cve, host, service */
Str severity_name(Severity severity);
bool severity_parse(Str name, Severity *out); /* our own words only */
/* Where severities are joined the higher rank wins. Unknown may be worse than low, so it stands
 * between low and medium. */
unsigned severity_rank(Severity severity);
Severity severity_of_level(Level level);
Str level_name(Level level);
bool level_parse(Str name, Level *out);
Str finding_status_name(FindingStatus status);
bool finding_status_parse(Str name, FindingStatus *out);
Str code_state_name(CodeState state);
bool code_state_parse(Str name, CodeState *out);
Str fix_state_name(FixState state);
bool fix_state_parse(Str name, FixState *out);
Str exploit_name(Exploit exploit); /* "kev", "ransomware", ... */
bool finding_is_masked(const Finding *f, Date as_of);

/* By kind, id, ecosystem and unit: the merge key. */
int finding_cmp(const Finding *a, const Finding *b);
/* "kind/id/eco/unit", for display only. */
Str finding_key(Arena *arena, const Finding *f);
