/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/engine.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"

typedef struct Answer {
    int status;
    Str body;
} Answer;

static bool take_answer(const Engine *engine, HttpReply *reply, uint64_t limit, Arena *arena,
                        Answer *out, Error *err)
{
    Buf buf CLEANUP(buf_fini) = {0};
    if (!stream_read_all(&reply->stream, limit, &buf, err))
        return error_within(err, "engine at " STR_FMT, STR_ARG(engine->socket));
    *out = (Answer){reply->status, arena_str(arena, buf_str(&buf))};
    return true;
}

static bool ask(const Engine *engine, Str target, uint64_t limit, Arena *arena, Answer *out,
                Error *err)
{
    HttpReply reply CLEANUP(http_reply_close) = {0};
    return http_unix_get(engine->socket, target, &reply, err) &&
           take_answer(engine, &reply, limit, arena, out, err);
}

static bool answers(const Engine *engine)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    Answer answer;
    return ask(engine, STR("/_ping"), 4096, &scratch, &answer, NULL) && answer.status == 200;
}

/* Where an engine may listen. */
typedef struct Candidates {
    Str sockets[4];
    size_t count;
    const char *variable; /* that names the only one; or NULL */
    Str value;
} Candidates;

/* "unix:///run/x.sock" is /run/x.sock. */
static bool from_variables(Candidates *out, Error *err)
{
    static const char *const variables[] = {"DOCKER_HOST", "CONTAINER_HOST"};
    for (size_t i = 0; i < COUNT_OF(variables) && !out->variable; i++) {
        out->value = str_from(getenv(variables[i]));
        out->variable = out->value.len ? variables[i] : NULL;
    }
    if (!out->variable)
        return true;
    if (!str_starts(out->value, STR("unix://")))
        return error_set(err, ERR_UNSUPPORTED, "%s=" STR_FMT ": only unix:// sockets are spoken to",
                         out->variable, STR_ARG(out->value));
    out->sockets[out->count++] = str_from_pos(out->value, 7);
    return true;
}

static bool candidates(Arena *arena, Candidates *out, Error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    Str own = runtime ? str_from(runtime) : arena_printf(arena, "/run/user/%u", getuid());
    *out = (Candidates){0};
    if (!from_variables(out, err))
        return false;
    if (out->variable)
        return true;
    *out =
        (Candidates){.sockets = {arena_printf(arena, STR_FMT "/docker.sock", STR_ARG(own)),
                                 STR("/var/run/docker.sock"),
                                 arena_printf(arena, STR_FMT "/podman/podman.sock", STR_ARG(own)),
                                 STR("/run/podman/podman.sock")},
                     .count = 4};
    return true;
}

bool engine_first(Arena *arena, Engine *out)
{
    struct stat st;
    Candidates c;
    if (!candidates(arena, &c, NULL))
        return false;
    for (size_t i = 0; i < c.count; i++) {
        out->socket = c.sockets[i];
        if (stat(arena_c_str(arena, out->socket), &st) == 0 && S_ISSOCK(st.st_mode))
            return true;
    }
    return false;
}

static bool refuse_all(const Candidates *c, Error *err)
{
    if (c->variable)
        return error_set(err, ERR_ABSENT, "%s=" STR_FMT ": no engine answers there", c->variable,
                         STR_ARG(c->value));
    return error_set(err, ERR_ABSENT, "no container engine answers at " STR_FMT " or " STR_FMT,
                     STR_ARG(c->sockets[1]), STR_ARG(c->sockets[3]));
}

bool engine_find(Arena *arena, Engine *out, Error *err)
{
    Candidates c;
    if (!candidates(arena, &c, err))
        return false;
    for (size_t i = 0; i < c.count; i++) {
        out->socket = c.sockets[i];
        if (answers(out))
            return true;
    }
    return refuse_all(&c, err);
}

/* A name stands in the middle of a path: '/' and ':' may stay, what else is odd may not. */
static Str encode_name(Arena *arena, Str name)
{
    Buf out CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (char_is_alnum(c) || str_find_char(STR("-._/:@"), c) != STR_NONE)
            buf_put_char(&out, c);
        else
            buf_printf(&out, "%%%02X", (unsigned char)c);
    }
    return arena_str(arena, buf_str(&out));
}

static bool refuse(const Engine *engine, Str name, const Answer *answer, Arena *arena, Error *err)
{
    Json j;
    Str key, message = {0};
    json_init(&j, answer->body, arena);
    if (json_enter_object(&j))
        while (json_next_key(&j, &key)) {
            Str value = json_take_str(&j);
            message = str_eq(key, STR("message")) ? value : message;
        }
    return error_set(err, answer->status == 404 ? ERR_ABSENT : ERR_IO,
                     STR_FMT ": the engine at " STR_FMT " answers %d: " STR_FMT, STR_ARG(name),
                     STR_ARG(engine->socket), answer->status, STR_ARG(str_head(message, 300)));
}

/* {"LowerDir": "top/diff:...:bottom/diff", "UpperDir": "newest/diff"}: newest first. */
static void read_folders(Json *j, Arena *arena, StrVec *out)
{
    Str key, lower = {0}, upper = {0}, part;
    if (json_enter_object(j))
        while (json_next_key(j, &key)) {
            Str value = json_take_str(j);
            lower = str_eq(key, STR("LowerDir")) ? value : lower;
            upper = str_eq(key, STR("UpperDir")) ? value : upper;
        }
    while (lower.len && str_rcut(lower, ':', &lower, &part))
        *vec_push(arena, out) = part;
    if (lower.len)
        *vec_push(arena, out) = lower;
    if (upper.len)
        *vec_push(arena, out) = upper;
}

/* RepoTags: what stands for an image; "<none>:<none>" does not. */
static void take_tags(Json *j, Arena *arena, StrVec *out)
{
    if (!json_enter_array(j))
        return;
    while (json_next_item(j)) {
        Str tag = json_take_str(j);
        if (tag.len && !str_contains(tag, STR("<none>")))
            *vec_push(arena, out) = tag;
    }
}

static void read_driver(Json *j, Arena *arena, EngineImage *out)
{
    Str key;
    if (json_enter_object(j))
        while (json_next_key(j, &key)) {
            if (str_eq(key, STR("Name")))
                out->driver = json_take_str(j);
            else if (str_eq(key, STR("Data")))
                read_folders(j, arena, &out->folders);
            else
                json_skip(j);
        }
}

static bool read_inspect(Str text, Arena *arena, EngineImage *out, Error *err)
{
    Json j;
    Str key;
    json_init(&j, text, arena);
    if (json_enter_object(&j))
        while (json_next_key(&j, &key)) {
            if (str_eq(key, STR("Id")))
                out->id = json_take_str(&j);
            else if (str_eq(key, STR("RepoTags")))
                take_tags(&j, arena, &out->names);
            else if (str_eq(key, STR("GraphDriver")))
                read_driver(&j, arena, out);
            else
                json_skip(&j);
        }
    return json_finish(&j, err) || error_within(err, "the engine's description of the image");
}

static Str inspect_target(Arena *arena, Str name)
{
    return arena_printf(arena, "/images/" STR_FMT "/json", STR_ARG(encode_name(arena, name)));
}

static bool read_image(const Engine *engine, Str name, const Answer *answer, Arena *arena,
                       EngineImage *out, Error *err)
{
    *out = (EngineImage){.inspect = answer->body};
    if (answer->status != 200)
        return refuse(engine, name, answer, arena, err);
    return read_inspect(out->inspect, arena, out, err);
}

bool engine_image(const Engine *engine, Str name, const Limits *limits, Arena *arena,
                  EngineImage *out, Error *err)
{
    Answer answer;
    *out = (EngineImage){0};
    return ask(engine, inspect_target(arena, name), limits->document_bytes, arena, &answer, err) &&
           read_image(engine, name, &answer, arena, out, err);
}

bool engine_ask_image(Str name, Arena *arena, EngineQuestion *out)
{
    Candidates c;
    *out = (EngineQuestion){.name = name, .asked = -1};
    if (!candidates(arena, &c, NULL))
        return false;
    Str target = inspect_target(arena, name);
    for (size_t i = 0; i < c.count; i++) {
        out->engine.socket = c.sockets[i];
        if (http_unix_ask(c.sockets[i], target, &out->asked, NULL))
            return true;
    }
    return false;
}

bool engine_answer_image(EngineQuestion *question, const Limits *limits, Arena *arena,
                         EngineImage *out, Error *err)
{
    const Engine *engine = &question->engine;
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Answer answer;
    *out = (EngineImage){0};
    return http_unix_answer(engine->socket, &question->asked, &reply, err) &&
           take_answer(engine, &reply, limits->document_bytes, arena, &answer, err) &&
           read_image(engine, question->name, &answer, arena, out, err);
}

/* Each is asked for the image at once: a ping costs as much as the answer. */
bool engine_find_image(Str name, const Limits *limits, Arena *arena, Engine *out,
                       EngineImage *image, bool *engine_found, Error *err)
{
    Candidates c;
    *engine_found = false;
    if (!candidates(arena, &c, err))
        return false;
    for (size_t i = 0; i < c.count; i++) {
        out->socket = c.sockets[i];
        *engine_found = engine_image(out, name, limits, arena, image, err);
        if (*engine_found)
            return true;
        *engine_found = answers(out);
        if (*engine_found)
            return false;
    }
    return refuse_all(&c, err);
}

bool engine_history(const Engine *engine, Str id, const Limits *limits, Arena *arena, Str *out,
                    Error *err)
{
    Answer answer;
    Str target =
        arena_printf(arena, "/images/" STR_FMT "/history", STR_ARG(encode_name(arena, id)));
    if (!ask(engine, target, limits->document_bytes, arena, &answer, err))
        return false;
    *out = answer.status == 200 ? answer.body : (Str){0};
    return true;
}

static void take_names(Json *j, Arena *arena, StrVec *out)
{
    Str key, id = {0};
    size_t before = out->len;
    if (!json_enter_object(j))
        return;
    while (json_next_key(j, &key)) {
        if (str_eq(key, STR("Id")))
            id = json_take_str(j);
        else if (str_eq(key, STR("RepoTags")))
            take_tags(j, arena, out);
        else
            json_skip(j);
    }
    if (out->len == before && id.len)
        *vec_push(arena, out) = id;
}

static int name_cmp(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

bool engine_images(const Engine *engine, const Limits *limits, Arena *arena, StrVec *out,
                   Error *err)
{
    Json j;
    Answer answer;
    if (!ask(engine, STR("/images/json"), limits->document_bytes, arena, &answer, err))
        return false;
    if (answer.status != 200)
        return refuse(engine, STR("images"), &answer, arena, err);
    json_init(&j, answer.body, arena);
    if (json_enter_array(&j))
        while (json_next_item(&j))
            take_names(&j, arena, out);
    if (out->len)
        qsort(out->at, out->len, sizeof *out->at, name_cmp);
    return json_finish(&j, err) || error_within(err, "the engine's list of images");
}

bool engine_save(const Engine *engine, Str name, Fd fd, Error *err)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    HttpReply reply CLEANUP(http_reply_close) = {0};
    Str target =
        arena_printf(&scratch, "/images/" STR_FMT "/get", STR_ARG(encode_name(&scratch, name)));
    char *bytes = arena_alloc(&scratch, 1 << 20);
    if (!http_unix_get(engine->socket, target, &reply, err))
        return false;
    if (reply.status != 200)
        return error_set(err, ERR_IO, STR_FMT ": the engine answers %d to the wish to save it",
                         STR_ARG(name), reply.status);
    for (size_t got = 1; got;) {
        if (!stream_read(&reply.stream, bytes, 1 << 20, &got, err) ||
            !fd_write_all(fd, str_of(bytes, got), err))
            return error_within(err, STR_FMT ": saving the image", STR_ARG(name));
    }
    return true;
}
