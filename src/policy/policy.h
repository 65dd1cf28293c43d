/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/context.h"
#include "model/finding.h"

/* Every number of the threat score, as data. src/policy/default.toml is compiled in and names a
 * reason for each; a user's file overrides single values. */

/* Findings without a CVE are judged by level in one of these classes. */
typedef enum LevelClass {
    CLASS_CONFIG,
    CLASS_CWE,
    CLASS_MALWARE,
    CLASS_SECRET,
    CLASS_RUNTIME,
    LEVEL_CLASSES,
} LevelClass;

enum { AV_N, AV_A, AV_L, AV_P, AV_UNKNOWN, AVS }; /* in the order of "NALP?" */

typedef struct LevelRow {
    double likelihood, impact;
} LevelRow;

typedef struct Band {
    Str name;
    int32_t from; /* of the combined score */
} Band;

typedef struct AgeStep {
    int32_t days; /* holds up to this age */
    double factor;
} AgeStep;

/* Which findings a context value acts on. */
typedef enum EffectOn { ON_ALL, ON_SELF, ON_CVE, ON_AV, ON_KIND } EffectOn;

typedef struct ContextEffect {
    EffectOn on;
    uint32_t which; /* ON_AV: AV_N...; ON_KIND: a FindingKind */
    double multiplier;
} ContextEffect;

typedef struct ContextValue {
    Str property, value;
    Vec(ContextEffect) effects;
} ContextValue;

typedef struct NamedNumber {
    Str name;
    double number;
} NamedNumber;

typedef struct Label {
    Str word; /* in lower case */
    Severity severity;
} Label;

typedef struct Deadline {
    int32_t days; /* -1: at the next upgrade */
    bool forensics;
} Deadline;

typedef enum Exploitation { EXPLOITATION_NONE, EXPLOITATION_POC, EXPLOITATION_ACTIVE } Exploitation;
enum { IMPACT_PARTIAL, IMPACT_TOTAL, IMPACTS };
enum { MISSION_LOW, MISSION_MEDIUM, MISSION_HIGH, MISSIONS };

typedef enum ConfidenceSource {
    CONFIDENCE_ADVISORY,
    CONFIDENCE_RANGE,
    CONFIDENCE_VERSION,
    CONFIDENCE_CPE,
    CONFIDENCE_HEURISTIC,
    CONFIDENCE_SIGNATURE,
    CONFIDENCE_BENCHMARK,
    CONFIDENCES,
} ConfidenceSource;

enum { POLICY_BANDS = 8, POLICY_AGES = 8, POLICY_FIXED = 5, POLICY_ESCAPES = 12 };
enum { EVIDENCE_EPSS = EXPLOITS };

typedef struct Policy {
    double p_max, alpha, beta_app, rho0, automatable, observation_hours;
    double ctx_clamp[2];
    Band bands[POLICY_BANDS]; /* ascending */
    size_t band_count;
    AgeStep ages[POLICY_AGES]; /* ascending; beyond the last its factor holds */
    size_t age_count;
    double floor[SEVERITIES], sevmid[SEVERITIES];
    double evidence[EXPLOITS + 1]; /* by Exploit; the last is EPSS's */
    double av[AVS];
    double weight[FINDING_KINDS];
    LevelRow level[LEVEL_CLASSES][LEVELS];
    double fixed[POLICY_FIXED]; /* thousandths of a nat */
    double escape[POLICY_ESCAPES];
    double confidence[CONFIDENCES];
    double cvss[SEVERITIES];   /* the lowest score; of low and above */
    Vec(ContextValue) context; /* properties and values in the file's order */
    Vec(Label) labels;
    struct {
        Severity severity;
        Level level;
        int32_t age;
        uint32_t av;
        CodeState code;
        FixState fix;
        double confidence;
    } missing;
    Level end_of_life_extended, end_of_life_ended;
    Deadline deadlines[2][2][2][IMPACTS]; /* KEV, exposed, automatable */
    Str ssvc[3][2][IMPACTS][MISSIONS];    /* Exploitation, automatable */
    Str hash; /* "sha256:...", of what the policy says, whatever its file looked like */
} Policy;

/* `text` (of the file `name`, for messages; empty: none) over the default. ERR_USAGE names key and
 * line. The policy lives in the arena, or for ever, and may point into `text`. */
MUST_USE bool policy_load(Str text, Str name, Arena *arena, const Policy **out, Error *err);
Str policy_default_text(void);

/* All of it as JSON, in one order: what the hash is made of and `assay policy show` prints. */
void policy_write_json(const Policy *policy, int indent, Buf *out);

/* Any scanner's word as one of ours; without a known word by the CVSS score (0: none). */
Severity policy_severity(const Policy *policy, Str word, double cvss);
Severity policy_severity_of_cvss(const Policy *policy, double cvss);
Str policy_band(const Policy *policy, int32_t score); /* "NONE" below the lowest */
LevelClass policy_level_class(FindingKind kind);      /* of kinds without a CVE */
uint32_t policy_av(char letter);                      /* AV_N..., AV_UNKNOWN for anything else */

#define POLICY_NONE ((size_t)-1)
size_t policy_fixed_find(Str name);  /* index into Policy.fixed, or POLICY_NONE */
size_t policy_escape_find(Str name); /* index into Policy.escape, or POLICY_NONE */
Str policy_fixed_name(size_t i);     /* sorted, as are the escapes */
Str policy_escape_name(size_t i);

/* NULL if the policy does not know the value. */
const ContextValue *policy_context_find(const Policy *policy, Str property, Str value);
/* ERR_USAGE for a property or value that neither the policy nor the SSVC tree (`mission`) knows;
 * the message lists what is known. */
MUST_USE bool policy_context_check(const Policy *policy, const Context *context, Error *err);
