/* SPDX-License-Identifier: Apache-2.0 */
#include "model/context.h"

static size_t position(const Context *context, Str name)
{
    size_t i = 0;
    while (i < context->properties.len && str_cmp(context->properties.at[i].name, name) < 0)
        i++;
    return i;
}

const ContextProperty *context_find(const Context *context, Str name)
{
    size_t i = position(context, name);
    bool there = i < context->properties.len && str_eq(context->properties.at[i].name, name);
    return there ? &context->properties.at[i] : NULL;
}

Str context_value(const Context *context, Str name)
{
    const ContextProperty *property = context_find(context, name);
    return property && property->values.len ? property->values.at[0] : (Str){0};
}

static ContextProperty *property_get(Arena *arena, Context *context, Str name)
{
    size_t i = position(context, name);
    if (i < context->properties.len && str_eq(context->properties.at[i].name, name))
        return &context->properties.at[i];
    vec_push(arena, &context->properties);
    for (size_t k = context->properties.len - 1; k > i; k--)
        context->properties.at[k] = context->properties.at[k - 1];
    context->properties.at[i] = (ContextProperty){.name = arena_str(arena, name)};
    return &context->properties.at[i];
}

void context_add(Arena *arena, Context *context, Str name, Str value, Str why)
{
    ContextProperty *property = property_get(arena, context, name);
    for (size_t i = 0; i < property->values.len; i++)
        if (str_eq(property->values.at[i], value))
            return;
    *vec_push(arena, &property->values) = arena_str(arena, value);
    property->why = arena_str(arena, why);
}

void context_clear(Context *context, Str name)
{
    size_t i = position(context, name);
    if (i == context->properties.len || !str_eq(context->properties.at[i].name, name))
        return;
    for (; i + 1 < context->properties.len; i++)
        context->properties.at[i] = context->properties.at[i + 1];
    context->properties.len--;
}

void context_set(Arena *arena, Context *context, Str name, Str value, Str why)
{
    property_get(arena, context, name)->values = (StrVec){0};
    context_add(arena, context, name, value, why);
}
