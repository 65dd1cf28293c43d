/* SPDX-License-Identifier: Apache-2.0 */
#include "sources/image_config.h"

#include <sys/utsname.h>

#include "base/json.h"

typedef struct History {
    Str created_by;
    bool empty;
} History;

typedef struct ConfigParts {
    Str os, architecture, variant;
    StrVec diff_ids;
    Vec(History) history;
} ConfigParts;

/* {"80/tcp": {}} */
static void read_ports(Json *j, Arena *arena, StrVec *out)
{
    Str port;
    if (json_enter_object(j))
        while (json_next_key(j, &port)) {
            *vec_push(arena, out) = arena_str(arena, port);
            json_skip(j);
        }
}

void image_config_read_runtime(Json *j, Arena *arena, Subject *subject)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (str_eq(key, STR("User")))
            subject->user = json_take_str(j);
        else if (str_eq(key, STR("ExposedPorts")))
            read_ports(j, arena, &subject->ports);
        else
            json_skip(j);
    }
}

static void read_rootfs(Json *j, StrVec *diff_ids)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (!str_eq(key, STR("diff_ids")))
            json_skip(j);
        else
            json_take_strings(j, diff_ids);
    }
}

static void read_history(Json *j, Arena *arena, ConfigParts *parts)
{
    Str key;
    if (!json_enter_array(j))
        return;
    while (json_next_item(j)) {
        History *step = vec_push(arena, &parts->history);
        if (!json_enter_object(j))
            continue;
        while (json_next_key(j, &key)) {
            if (str_eq(key, STR("created_by")))
                step->created_by = json_take_str(j);
            else if (str_eq(key, STR("empty_layer")))
                step->empty = json_take_bool(j, false);
            else
                json_skip(j);
        }
    }
}

Str instruction_of(Str created_by)
{
    static const Str shells[] = {STR_INIT("/bin/sh -c #(nop) "), STR_INIT("/bin/sh -c ")};
    for (size_t i = 0; i < COUNT_OF(shells); i++)
        if (str_starts(created_by, shells[i]))
            return str_trim(str_from_pos(created_by, shells[i].len));
    return str_trim(created_by);
}

/* The n-th entry of the history that is not empty made the n-th layer. */
static void layers_from(const ConfigParts *parts, Arena *arena, Subject *subject)
{
    size_t step = 0;
    for (size_t i = 0; i < parts->diff_ids.len; i++) {
        Layer *layer = vec_push(arena, &subject->layers);
        layer->diff_id = parts->diff_ids.at[i];
        while (step < parts->history.len && parts->history.at[step].empty)
            step++;
        if (step < parts->history.len)
            layer->instruction = instruction_of(parts->history.at[step++].created_by);
    }
}

bool image_config_read(Str json, Arena *arena, const Limits *limits, Image *image, Error *err)
{
    Json j;
    Str key;
    ConfigParts parts = {0};
    Subject *subject = &image->subject;
    subject->created = DATE_NONE;
    json_init(&j, json, arena);
    if (json_peek(&j) != JSON_OBJECT)
        return error_set(err, ERR_FORMAT, "image configuration: no JSON object");
    json_enter_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_eq(key, STR("os")))
            parts.os = json_take_str(&j);
        else if (str_eq(key, STR("architecture")))
            parts.architecture = json_take_str(&j);
        else if (str_eq(key, STR("variant")))
            parts.variant = json_take_str(&j);
        else if (str_eq(key, STR("created")))
            subject->created = date_parse(json_take_str(&j));
        else if (str_eq(key, STR("config")))
            image_config_read_runtime(&j, arena, subject);
        else if (str_eq(key, STR("rootfs")))
            read_rootfs(&j, &parts.diff_ids);
        else if (str_eq(key, STR("history")))
            read_history(&j, arena, &parts);
        else
            json_skip(&j);
    }
    if (!json_finish(&j, err))
        return error_within(err, "image configuration");
    if (parts.diff_ids.len > limits->layers)
        return error_set(err, ERR_LIMIT, "image configuration: more than %u layers",
                         limits->layers);
    subject->has_config = true;
    subject->platform = platform_str(arena, parts.os, parts.architecture, parts.variant);
    layers_from(&parts, arena, subject);
    return true;
}

Str platform_str(Arena *arena, Str os, Str architecture, Str variant)
{
    if (os.len == 0 && architecture.len == 0)
        return (Str){0};
    return arena_printf(arena, STR_FMT "/" STR_FMT "%s" STR_FMT, STR_ARG(os), STR_ARG(architecture),
                        variant.len ? "/" : "", STR_ARG(variant));
}

/* uname's words and Go's. */
static Str machine_architecture(const struct utsname *names)
{
    static const struct {
        Str machine, architecture;
    } rows[] = {
        {STR_INIT("x86_64"), STR_INIT("amd64")},    {STR_INIT("aarch64"), STR_INIT("arm64")},
        {STR_INIT("armv7l"), STR_INIT("arm")},      {STR_INIT("i686"), STR_INIT("386")},
        {STR_INIT("ppc64le"), STR_INIT("ppc64le")}, {STR_INIT("s390x"), STR_INIT("s390x")},
        {STR_INIT("riscv64"), STR_INIT("riscv64")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(rows[i].machine, str_from(names->machine)))
            return rows[i].architecture;
    return STR("amd64");
}

bool platform_fits(Str wish, Str os, Str architecture, Str variant)
{
    struct utsname names;
    Str wanted_os = STR("linux"), wanted_architecture, rest = {0};
    if (wish.len == 0) {
        uname(&names);
        wanted_architecture = machine_architecture(&names);
    } else {
        str_cut(wish, '/', &wanted_os, &rest);
        str_cut(rest, '/', &wanted_architecture, &rest);
    }
    return str_eq(os, wanted_os) && str_eq(architecture, wanted_architecture) &&
           (rest.len == 0 || str_eq(variant, rest));
}
