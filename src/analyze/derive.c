/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/derive.h"

#include "base/buf.h"

static void derive(Arena *arena, Context *context, Str name, Str value, Str why)
{
    if (!context_find(context, name))
        context_set(arena, context, name, value, why);
}

/* "", "0", "0:0", "root" and "root:root" are root; a user name's id is not known without reading
 * the image's passwd, but only root is named root. */
static void derive_user(const Subject *subject, Arena *arena, Context *context)
{
    Str user, group;
    str_cut(subject->user, ':', &user, &group);
    bool root = user.len == 0 || str_eq(user, STR("0")) || str_eq(user, STR("root"));
    Str why = user.len == 0 ? STR("the image configuration names no user")
                            : arena_printf(arena, "the image configuration says User=" STR_FMT,
                                           STR_ARG(subject->user));
    derive(arena, context, STR("user"), root ? STR("root") : STR("nonroot"), why);
}

static void derive_age(const Subject *subject, Date as_of, Arena *arena, Context *context)
{
    /* Reproducible builds write 1970 or 1980: no time at all. */
    if (subject->created == DATE_NONE || subject->created < date_of(2000, 1, 1))
        return;
    bool old = as_of - subject->created > 365;
    derive(arena, context, STR("image_age"), old ? STR("old") : STR("fresh"),
           arena_printf(arena, "built " STR_FMT, STR_ARG(date_str(arena, subject->created))));
}

/* A declared port is meant to be reached, from where nobody says: the neutral word, so that a reader
 * sees that it was looked at and what to state if it is the internet. */
static void derive_exposure(const Subject *subject, Arena *arena, Context *context)
{
    Buf ports CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < subject->ports.len && i < 8; i++)
        buf_printf(&ports, "%s" STR_FMT, i ? ", " : "", STR_ARG(subject->ports.at[i]));
    if (ports.len)
        derive(arena, context, STR("exposure"), STR("internal"),
               arena_printf(arena, "the image configuration declares " STR_FMT,
                            STR_ARG(buf_str(&ports))));
}

void context_derive(const Subject *subject, Date as_of, Arena *arena, Context *context)
{
    if (!subject->has_config)
        return;
    derive_user(subject, arena, context);
    derive_exposure(subject, arena, context);
    derive_age(subject, as_of, arena, context);
}
