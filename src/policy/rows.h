/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "policy/policy.h"

/* The default as read.c read it when the program was built (compile.c). */
extern const Policy policy_compiled;
/* policy_load without that: the default is parsed, then `text` over it. */
MUST_USE bool policy_read(Str text, Str name, Arena *arena, const Policy **out, Error *err);

/* The parts of a policy that are plain numbers, for whoever reads and whoever writes them. */
typedef struct PolicyScalar {
    Str name;
    size_t offset;
    double least, most;
    bool below; /* `most` itself is too much */
} PolicyScalar;

typedef struct PolicyNumbers {
    Str name;
    Str (*key)(size_t i);
    size_t count, offset; /* of the first double */
    double least, most;
    bool below;
} PolicyNumbers;

enum { POLICY_SCALARS = 6, POLICY_NUMBERS = 9 };
extern const PolicyScalar policy_scalars[POLICY_SCALARS];
extern const PolicyNumbers policy_numbers[POLICY_NUMBERS];

double *policy_number(Policy *policy, size_t offset, size_t i);
Str policy_level_class_name(LevelClass level_class);
bool policy_level_class_parse(Str name, LevelClass *out);
Str policy_exploitation_name(Exploitation exploitation);
Str policy_impact_name(size_t impact);
extern const char policy_av_letters[AVS + 1];

/* "*", "self", "cve", "av:N", a kind */
Str policy_effect_name(Arena *arena, const ContextEffect *effect);
bool policy_effect_parse(Str name, ContextEffect *out);
