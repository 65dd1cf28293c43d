/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"

/* Properties of the environment a subject runs in: words of the policy's context table
 * ("exposure" = "internet"). A property that nobody states or finds is absent, and neutral. */
typedef struct ContextProperty {
    Str name;
    StrVec values; /* one, or several (mitigation) */
    Str why;       /* set for what Assay found itself, empty for what the user said */
} ContextProperty;

typedef struct Context {
    Vec(ContextProperty) properties; /* sorted by name */
} Context;

const ContextProperty *context_find(const Context *context, Str name);
/* The first value, or empty. */
Str context_value(const Context *context, Str name);
/* Adds or replaces. */
void context_set(Arena *arena, Context *context, Str name, Str value, Str why);
/* Takes a property away, if it is there. */
void context_clear(Context *context, Str name);
/* Adds one more value to a property (made if absent). */
void context_add(Arena *arena, Context *context, Str name, Str value, Str why);
