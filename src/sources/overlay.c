/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "sources/image_config.h"
#include "sources/rows.h"

/* An image in the overlay2 store of a local engine: one folder a layer, described by the engine's
 * own answers. The API's inspect document nests what the image configuration has at its top under
 * the same names in other letters, so it is read here. The bytes cannot be verified: the engine
 * unpacked them long ago.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */

static void read_rootfs(Json *j, StrVec *diff_ids)
{
    Str key;
    if (json_enter_object(j))
        while (json_next_key(j, &key)) {
            if (str_eq(key, STR("Layers")))
                json_take_strings(j, diff_ids);
            else
                json_skip(j);
        }
}

static bool read_inspect(const SourceInput *input, Arena *arena, Image *out, Error *err)
{
    Json j;
    Str key, os = {0}, architecture = {0}, variant = {0};
    StrVec diff_ids = {0};
    Subject *subject = &out->subject;
    json_init(&j, input->inspect, arena);
    if (json_enter_object(&j))
        while (json_next_key(&j, &key)) {
            if (str_eq(key, STR("Id")))
                subject->digest = json_take_str(&j);
            else if (str_eq(key, STR("Created")))
                subject->created = date_parse(json_take_str(&j));
            else if (str_eq(key, STR("Os")))
                os = json_take_str(&j);
            else if (str_eq(key, STR("Architecture")))
                architecture = json_take_str(&j);
            else if (str_eq(key, STR("Variant")))
                variant = json_take_str(&j);
            else if (str_eq(key, STR("RootFS")))
                read_rootfs(&j, &diff_ids);
            else if (str_eq(key, STR("Config")))
                image_config_read_runtime(&j, arena, subject);
            else
                json_skip(&j);
        }
    if (!json_finish(&j, err))
        return error_within(err, "the engine's description of the image");
    subject->name = input->name;
    subject->platform = platform_str(arena, os, architecture, variant);
    subject->has_config = true;
    for (size_t i = 0; i < diff_ids.len; i++)
        vec_push(arena, &subject->layers)->diff_id = diff_ids.at[i];
    return true;
}

typedef struct Step {
    Str instruction;
    bool sized;
} Step;
typedef Vec(Step) StepVec;

/* Newest first. */
static void read_steps(const SourceInput *input, Arena *arena, StepVec *out)
{
    Json j;
    Str key;
    json_init(&j, input->history, arena);
    if (json_enter_array(&j))
        while (json_next_item(&j)) {
            Step *step = vec_push(arena, out);
            if (json_enter_object(&j))
                while (json_next_key(&j, &key)) {
                    if (str_eq(key, STR("CreatedBy")))
                        step->instruction = instruction_of(json_take_str(&j));
                    else if (str_eq(key, STR("Size")))
                        step->sized = json_take_int(&j, 0) > 0;
                    else
                        json_skip(&j);
                }
        }
}

/* Instructions that change the configuration and never a file. */
static bool only_configures(Str instruction)
{
    static const Str words[] = {
        STR_INIT("ARG"),         STR_INIT("CMD"),        STR_INIT("ENTRYPOINT"), STR_INIT("ENV"),
        STR_INIT("EXPOSE"),      STR_INIT("LABEL"),      STR_INIT("ONBUILD"),    STR_INIT("SHELL"),
        STR_INIT("HEALTHCHECK"), STR_INIT("MAINTAINER"), STR_INIT("STOPSIGNAL"), STR_INIT("USER"),
        STR_INIT("VOLUME"),
    };
    Str word, rest;
    str_cut(instruction, ' ', &word, &rest);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(word, words[i]))
            return true;
    return false;
}

/* The engine's history has a size instead of a mark for the steps that made no layer, and a layer
 * of whiteouts has no size either. A step is told apart by its size, else by its instruction; where
 * neither count is that of the layers, no layer is given an instruction. */
static void read_history(const SourceInput *input, Arena *arena, Subject *subject)
{
    StepVec steps = {0};
    size_t sized = 0, likely = 0, count = subject->layers.len;
    read_steps(input, arena, &steps);
    for (size_t i = 0; i < steps.len; i++) {
        sized += steps.at[i].sized;
        likely += steps.at[i].sized || !only_configures(steps.at[i].instruction);
    }
    if (sized != count && likely != count)
        return;
    for (size_t i = 0, layer = count; i < steps.len; i++) {
        const Step *step = &steps.at[i];
        if (step->sized || (sized != count && !only_configures(step->instruction)))
            subject->layers.at[--layer].instruction = step->instruction;
    }
}

static bool matches(BlobStore *store)
{
    (void)store;
    return true;
}

static bool open(const SourceInput *input, BlobStore *store, Arena *arena, const Limits *limits,
                 Image *out, Error *err)
{
    (void)store, (void)limits;
    out->subject.kind = SUBJECT_IMAGE;
    out->subject.created = DATE_NONE;
    if (!read_inspect(input, arena, out, err))
        return false;
    if (out->subject.layers.len != input->folders)
        return error_set(err, ERR_FORMAT, "the engine names %zu layers and %zu folders",
                         out->subject.layers.len, input->folders);
    read_history(input, arena, &out->subject);
    for (size_t i = 0; i < input->folders; i++)
        *vec_push(arena, &out->layers) = (ImageLayer){.folder = true, .overlay = true, .fd = -1};
    note_add(arena, &out->notes, out->subject.digest,
             STR("read from the engine's unpacked layers, whose digests cannot be verified"));
    return true;
}

const SourceFormat source_overlay = {
    .name = "engine",
    .summary = "an image in a local engine's overlay2 folders",
    .spec = "https://docs.docker.com/reference/api/engine/",
    .kind = SOURCE_OVERLAY,
    .matches = matches,
    .open = open,
};
