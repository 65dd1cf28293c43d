/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "sources/blobs.h"
#include "sources/digest.h"
#include "sources/image_config.h"
#include "sources/rows.h"

/* `docker save` and those who write alike (podman, kaniko, buildah, skopeo): manifest.json is a
 * list of images, each with its configuration's file, its tags and its layers' files, lowest first.
 * https://github.com/moby/docker-image-spec (image tarball, v1.2) */
typedef struct SavedImage {
    Str config;
    StrVec tags, layers;
} SavedImage;
typedef Vec(SavedImage) SavedImageVec;

static bool matches(BlobStore *store)
{
    return blob_exists(store, STR("manifest.json"));
}

static bool read_manifest(Str text, Arena *arena, SavedImageVec *out, Error *err)
{
    Json j;
    Str key;
    json_init(&j, text, arena);
    if (json_peek(&j) != JSON_ARRAY)
        return error_set(err, ERR_FORMAT, "manifest.json: holds no list of images");
    json_enter_array(&j);
    while (json_next_item(&j)) {
        SavedImage *image = vec_push(arena, out);
        if (!json_enter_object(&j))
            continue;
        while (json_next_key(&j, &key)) {
            if (str_eq(key, STR("Config")))
                image->config = json_take_str(&j);
            else if (str_eq(key, STR("RepoTags")))
                json_take_strings(&j, &image->tags);
            else if (str_eq(key, STR("Layers")))
                json_take_strings(&j, &image->layers);
            else
                json_skip(&j);
        }
    }
    if (!json_finish(&j, err))
        return error_within(err, "manifest.json");
    if (out->len == 0)
        return error_set(err, ERR_FORMAT, "manifest.json: names no image");
    return true;
}

/* The digest a name claims: "<hex>.json", "sha256:<hex>", "blobs/sha256/<hex>"; else empty. */
static Str claimed_digest(Arena *arena, Str name)
{
    Str folder, base, stem, ending;
    if (!str_rcut(name, '/', &folder, &base))
        base = name;
    if (str_starts(base, STR("sha256:")))
        base = str_from_pos(base, 7);
    str_cut(base, '.', &stem, &ending);
    return stem.len == 64 && blob_name_is_image(stem)
               ? arena_printf(arena, "sha256:" STR_FMT, STR_ARG(stem))
               : (Str){0};
}

/* Layers that the configuration names and the archive lacks are unknown, and said to be. */
static void layers_pair(BlobStore *store, const SavedImage *saved, Arena *arena, Image *out)
{
    Subject *subject = &out->subject;
    if (subject->layers.len != saved->layers.len)
        note_add(arena, &out->incomplete, STR("manifest.json"),
                 arena_printf(arena, "lists %zu layers, the image configuration %zu",
                              saved->layers.len, subject->layers.len));
    while (subject->layers.len < saved->layers.len)
        vec_push(arena, &subject->layers);
    for (size_t i = 0; i < subject->layers.len; i++) {
        Str name = i < saved->layers.len ? saved->layers.at[i] : (Str){0};
        ImageLayer *layer = vec_push(arena, &out->layers);
        Blob blob;
        layer->fd = -1;
        if (name.len && blob_find(store, name, &blob)) {
            layer->fd = blob.fd;
            layer->offset = blob.offset;
            layer->size = subject->layers.at[i].size = blob.size;
            continue;
        }
        layer->missing = true;
        note_add(arena, &out->incomplete, name.len ? name : arena_printf(arena, "layer %zu", i + 1),
                 STR("the archive does not hold this layer"));
    }
}

static void note_other_images(const SavedImageVec *images, Arena *arena, Image *out)
{
    for (size_t i = 1; i < images->len; i++) {
        const StrVec *tags = &images->at[i].tags;
        note_add(arena, &out->notes, tags->len ? tags->at[0] : images->at[i].config,
                 STR("another image of this archive; only the first was examined"));
    }
}

static bool open(const SourceInput *input, BlobStore *store, Arena *arena, const Limits *limits,
                 Image *out, Error *err)
{
    Str text, config;
    SavedImageVec images = {0};
    if (!blob_read(store, STR("manifest.json"), &text, err) ||
        !read_manifest(text, arena, &images, err))
        return false;
    const SavedImage *saved = &images.at[0];
    if (!blob_read(store, saved->config, &config, err) ||
        !image_config_read(config, arena, limits, out, err))
        return false;
    Str claimed = claimed_digest(arena, saved->config), real = digest_of(arena, config);
    if (claimed.len && !str_eq(claimed, real))
        note_add(
            arena, &out->incomplete, saved->config,
            arena_printf(arena, "the image configuration's digest is " STR_FMT, STR_ARG(real)));
    out->subject.kind = SUBJECT_IMAGE;
    out->subject.digest = real;
    out->subject.name = saved->tags.len && !input->engine ? saved->tags.at[0] : input->name;
    out->verifiable = true;
    out->strict = input->engine;
    layers_pair(store, saved, arena, out);
    note_other_images(&images, arena, out);
    return true;
}

const SourceFormat source_docker_archive = {
    .name = "docker-archive",
    .summary = "an image as docker, podman, kaniko, buildah and skopeo save it",
    .spec = "https://github.com/moby/docker-image-spec",
    .kind = SOURCE_FILE,
    .matches = matches,
    .open = open,
};
