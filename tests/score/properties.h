/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "random.h"

/* The properties of scoring, checked against any implementation of its two steps: the real one, and
 * mutants that the properties have to catch. */
typedef struct Variant {
    const char *name;
    void (*own)(const Policy *policy, const Target *target, Arena *arena, ShareVec *out);
    int32_t (*split)(ShareVec *shares, Arena *arena);
} Variant;

typedef enum Property {
    MONOTONE,   /* one more finding never lowers */
    FIX,        /* one less never raises */
    BOUNDED,    /* 0 to 1000 */
    ORDER,      /* shuffled: the same integers */
    DUPLICATE,  /* repeated: the same integers */
    AGREE,      /* a second scanner never lowers */
    EVIDENCE,   /* KEV and EPSS never lower */
    DECOMPOSE,  /* points add up to the score */
    COMPONENTS, /* the noisy or of the components is the score */
    CTX_UP,     /* internet >= internal */
    CTX_DOWN,   /* none <= internal */
    VERTICAL,   /* a way out, or a worse host, never lowers */
    APP,        /* monotone, and no less than its worst member */
    BEST_FIX,   /* the greedy two are the best two */
    PROPERTIES,
} Property;

extern const char *const property_names[PROPERTIES];

/* Counts violations over `systems` random systems. */
void properties_check(const Variant *variant, const Policy *policy, uint64_t seed, uint32_t systems,
                      uint32_t violations[PROPERTIES]);
