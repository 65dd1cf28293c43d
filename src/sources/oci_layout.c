/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "sources/blobs.h"
#include "sources/digest.h"
#include "sources/image_config.h"
#include "sources/rows.h"

/* OCI image layout: index.json -> (nested indexes ->) one manifest for the platform ->
 * configuration and layers, each a blob named by its digest, which binds it.
 * https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
enum { INDEX_DEPTH = 8, INDEX_ENTRIES = 10000 };

typedef struct Descriptor {
    Str media_type, digest, name;
    Str os, architecture, variant;
    bool has_platform, artifact;
    uint64_t size;
} Descriptor;
typedef Vec(Descriptor) DescriptorVec;

typedef struct Choice {
    BlobStore *store;
    Arena *arena;
    Str platform;
    DescriptorVec manifests; /* every image manifest that was seen */
    size_t documents;
} Choice;

static bool matches(BlobStore *store)
{
    return blob_exists(store, STR("index.json"));
}

static void read_platform(Json *j, Descriptor *d)
{
    Str key;
    if (!json_enter_object(j))
        return;
    d->has_platform = true;
    while (json_next_key(j, &key)) {
        Str value = json_take_str(j);
        if (str_eq(key, STR("os")))
            d->os = value;
        else if (str_eq(key, STR("architecture")))
            d->architecture = value;
        else if (str_eq(key, STR("variant")))
            d->variant = value;
    }
}

static void read_annotations(Json *j, Descriptor *d)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        Str value = json_take_str(j);
        if (str_eq(key, STR("io.containerd.image.name")) ||
            (str_eq(key, STR("org.opencontainers.image.ref.name")) && d->name.len == 0))
            d->name = value;
        /* BuildKit keeps provenance and SBOMs as manifests of the platform unknown/unknown. */
        if (str_eq(key, STR("vnd.docker.reference.type")))
            d->artifact = true;
    }
}

static void read_descriptor(Json *j, Descriptor *d)
{
    Str key;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (str_eq(key, STR("mediaType")))
            d->media_type = json_take_str(j);
        else if (str_eq(key, STR("digest")))
            d->digest = json_take_str(j);
        else if (str_eq(key, STR("size")))
            d->size = (uint64_t)json_take_int(j, 0);
        else if (str_eq(key, STR("platform")))
            read_platform(j, d);
        else if (str_eq(key, STR("annotations")))
            read_annotations(j, d);
        else if (str_eq(key, STR("artifactType")))
            d->artifact = json_take_str(j).len > 0;
        else
            json_skip(j);
    }
}

typedef struct Document { /* an index or a manifest */
    DescriptorVec manifests, layers;
    Descriptor config;
    bool is_index, is_manifest;
} Document;

static void read_list(Json *j, Arena *arena, DescriptorVec *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j) && out->len < INDEX_ENTRIES)
        read_descriptor(j, vec_push(arena, out));
}

static bool document_read(Arena *arena, Str what, Str text, Document *out, Error *err)
{
    Json j;
    Str key;
    json_init(&j, text, arena);
    if (json_peek(&j) != JSON_OBJECT)
        return error_set(err, ERR_FORMAT, STR_FMT ": no JSON object", STR_ARG(what));
    json_enter_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_eq(key, STR("manifests"))) {
            out->is_index = true;
            read_list(&j, arena, &out->manifests);
        } else if (str_eq(key, STR("layers"))) {
            out->is_manifest = true;
            read_list(&j, arena, &out->layers);
        } else if (str_eq(key, STR("config"))) {
            read_descriptor(&j, &out->config);
        } else {
            json_skip(&j);
        }
    }
    return json_finish(&j, err) || error_within(err, STR_FMT, STR_ARG(what));
}

static Str blob_path(Arena *arena, Str digest)
{
    Str algorithm, hex;
    str_cut(digest, ':', &algorithm, &hex);
    return arena_printf(arena, "blobs/" STR_FMT "/" STR_FMT, STR_ARG(algorithm), STR_ARG(hex));
}

static bool document_get(BlobStore *store, Arena *arena, Str digest, Document *out, Str *text,
                         Error *err)
{
    return blob_read(store, blob_path(arena, digest), text, err) &&
           digest_check(arena, STR("blob"), digest, *text, err) &&
           document_read(arena, digest, *text, out, err);
}

/* Walks an index and those it names; collects the manifests of images. */
static bool index_walk(Choice *c, const Document *index, Str name, unsigned depth, Error *err)
{
    for (size_t i = 0; i < index->manifests.len; i++) {
        Descriptor d = index->manifests.at[i];
        Document inner = {0};
        Str text;
        bool nested = str_contains(d.media_type, STR("index")) ||
                      str_contains(d.media_type, STR("manifest.list"));
        d.name = d.name.len ? d.name : name;
        if (d.artifact || str_eq(d.os, STR("unknown")))
            continue;
        if (!nested && d.media_type.len) {
            *vec_push(c->arena, &c->manifests) = d;
            continue;
        }
        if (depth == INDEX_DEPTH || ++c->documents > INDEX_ENTRIES)
            return error_set(err, ERR_LIMIT, "index.json: indexes nested deeper than %d",
                             INDEX_DEPTH);
        if (!document_get(c->store, c->arena, d.digest, &inner, &text, err))
            return false;
        if (inner.is_manifest)
            *vec_push(c->arena, &c->manifests) = d;
        else if (!index_walk(c, &inner, d.name, depth + 1, err))
            return false;
    }
    return true;
}

static const Descriptor *choose(const Choice *c)
{
    for (size_t i = 0; i < c->manifests.len; i++) {
        const Descriptor *d = &c->manifests.at[i];
        if (d->has_platform && platform_fits(c->platform, d->os, d->architecture, d->variant))
            return d;
    }
    for (size_t i = 0; i < c->manifests.len; i++)
        if (!c->manifests.at[i].has_platform)
            return &c->manifests.at[i];
    return c->platform.len == 0 && c->manifests.len ? &c->manifests.at[0] : NULL;
}

static bool refuse_platform(const Choice *c, Error *err)
{
    Buf have CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < c->manifests.len && i < 20; i++) {
        const Descriptor *d = &c->manifests.at[i];
        buf_printf(&have, "%s" STR_FMT, i ? ", " : "",
                   STR_ARG(platform_str(c->arena, d->os, d->architecture, d->variant)));
    }
    if (c->manifests.len == 0)
        return error_set(err, ERR_FORMAT, "index.json: names no image");
    return error_set(err, ERR_ABSENT, "no image for the platform " STR_FMT "; there are: " STR_FMT,
                     STR_ARG(c->platform), STR_ARG(buf_str(&have)));
}

static bool layers_find(BlobStore *store, const Document *manifest, Arena *arena, Image *out,
                        Error *err)
{
    Subject *subject = &out->subject;
    if (manifest->layers.len != subject->layers.len)
        note_add(arena, &out->incomplete, STR("image manifest"),
                 arena_printf(arena, "lists %zu layers, the image configuration %zu",
                              manifest->layers.len, subject->layers.len));
    while (subject->layers.len < manifest->layers.len)
        vec_push(arena, &subject->layers);
    for (size_t i = 0; i < subject->layers.len; i++) {
        ImageLayer *layer = vec_push(arena, &out->layers);
        Blob blob;
        layer->fd = -1;
        layer->missing = i >= manifest->layers.len;
        if (layer->missing)
            continue;
        const Descriptor *d = &manifest->layers.at[i];
        subject->layers.at[i].digest = d->digest;
        subject->layers.at[i].size = d->size;
        if (!blob_find(store, blob_path(arena, d->digest), &blob))
            return error_set(err, ERR_ABSENT, "layer " STR_FMT ": the layout does not hold it",
                             STR_ARG(d->digest));
        layer->fd = blob.fd;
        layer->offset = blob.offset;
        layer->size = blob.size;
    }
    return true;
}

/* The configuration and the layers. */
static void expect(BlobStore *store, const Document *manifest, Arena *arena)
{
    Str paths[SOURCE_BATCH];
    size_t count = 0;
    paths[count++] = blob_path(arena, manifest->config.digest);
    for (size_t i = 0; i < manifest->layers.len && count < SOURCE_BATCH; i++)
        paths[count++] = blob_path(arena, manifest->layers.at[i].digest);
    blobs_expect(store, paths, count);
}

static bool open(const SourceInput *input, BlobStore *store, Arena *arena, const Limits *limits,
                 Image *out, Error *err)
{
    Str text, config;
    Document index = {0}, manifest = {0};
    Choice choice = {.store = store, .arena = arena, .platform = input->platform};
    if (!blob_read(store, STR("index.json"), &text, err) ||
        !document_read(arena, STR("index.json"), text, &index, err) ||
        !index_walk(&choice, &index, (Str){0}, 0, err))
        return false;
    const Descriptor *chosen = choose(&choice);
    if (!chosen)
        return refuse_platform(&choice, err);
    if (!document_get(store, arena, chosen->digest, &manifest, &text, err))
        return false;
    expect(store, &manifest, arena);
    Str config_digest = manifest.config.digest;
    if (!blob_read(store, blob_path(arena, config_digest), &config, err) ||
        !digest_check(arena, STR("blob"), config_digest, config, err) ||
        !image_config_read(config, arena, limits, out, err))
        return false;
    out->subject.kind = SUBJECT_IMAGE;
    out->subject.digest = chosen->digest;
    out->subject.name = chosen->name.len ? chosen->name : input->name;
    out->strict = out->verifiable = true;
    if (choice.manifests.len > 1)
        note_add(arena, &out->notes, chosen->digest,
                 arena_printf(arena, "chosen among %zu images of the layout (%s" STR_FMT ")",
                              choice.manifests.len, out->subject.platform.len ? "" : "no platform",
                              STR_ARG(out->subject.platform)));
    return layers_find(store, &manifest, arena, out, err);
}

const SourceFormat source_oci_layout_tar = {
    .name = "oci-archive",
    .summary = "an OCI image layout in a tar",
    .spec = "https://github.com/opencontainers/image-spec/blob/main/image-layout.md",
    .kind = SOURCE_FILE,
    .matches = matches,
    .open = open,
};

const SourceFormat source_oci_layout_dir = {
    .name = "oci-layout",
    .summary = "an OCI image layout in a folder",
    .spec = "https://github.com/opencontainers/image-spec/blob/main/image-layout.md",
    .kind = SOURCE_DIR,
    .matches = matches,
    .open = open,
};
