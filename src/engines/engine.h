/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <time.h>

#include "base/http.h"
#include "base/limits.h"

/* The container engine of this machine over its unix socket: Docker, or Podman, which speaks
 * Docker's API. https://docs.docker.com/reference/api/engine/ */
typedef struct Engine {
    Str socket;
} Engine;

/* The first that answers of: $DOCKER_HOST, $CONTAINER_HOST (unix:// only), the user's and the
 * system's sockets of Docker and Podman; symlinks are followed. False if none answers, or if the
 * variable names something we cannot speak to (*err says so, code ERR_UNSUPPORTED). */
MUST_USE bool engine_find(Arena *arena, Engine *out, Error *err);

typedef struct EngineImage {
    Str id;         /* sha256:... of the configuration */
    Str inspect;    /* the engine's whole answer, JSON */
    Str driver;     /* "overlay2", "overlay", "vfs", "overlayfs" (containerd) ... */
    StrVec folders; /* of overlay drivers: one a layer, lowest first; else empty */
    StrVec names;   /* that stand for it, with their tags */
} EngineImage;

/* ERR_ABSENT if the engine has no image of that name. */
MUST_USE bool engine_image(const Engine *engine, Str name, const Limits *limits, Arena *arena,
                           EngineImage *out, Error *err);
/* The same in two steps, for who has something to do meanwhile. The question goes to the first engine
 * that takes it, as engine_find would find it; false where none does, and nothing is held. The answer
 * closes what the question opened. */
typedef struct EngineQuestion {
    Engine engine;
    Str name;
    Fd asked;
} EngineQuestion;
MUST_USE bool engine_ask_image(Str name, Arena *arena, EngineQuestion *out);
MUST_USE bool engine_answer_image(EngineQuestion *question, const Limits *limits, Arena *arena,
                                  EngineImage *out, Error *err);
/* Both in one: the first engine that answers, as engine_find takes them, and its image of that name.
 * *engine_found is false where none answers. */
MUST_USE bool engine_find_image(Str name, const Limits *limits, Arena *arena, Engine *out,
                                EngineImage *image, bool *engine_found, Error *err);
/* The one that a question goes to unless nobody listens at its socket; false where there is no socket. */
MUST_USE bool engine_first(Arena *arena, Engine *out);
/* What its answer about the name rests on and can be seen on this machine without asking again: the
 * socket, and the file in which the engine keeps what names stand for. Empty where that is not known
 * of the engine or not to be seen by this user, where `name` is not one of the names that the engine
 * shows, and where the files changed at or after `asked`, CLOCK_REALTIME of before the question. */
Str engine_evidence(const Engine *engine, Str name, const EngineImage *image,
                    const struct timespec *asked, Arena *arena);
/* Would the answer be the same? Asking wakes a daemon, which takes as long as all the rest of a scan of
 * what is known. False for evidence that is empty or damaged, and where no daemon runs on those files. */
MUST_USE bool engine_evidence_holds(const Engine *engine, Str evidence, Arena *arena);
/* How an image was made, the engine's answer in JSON; empty if it does not know. */
MUST_USE bool engine_history(const Engine *engine, Str id, const Limits *limits, Arena *arena,
                             Str *out, Error *err);
/* Names (or ids) of all its images, sorted. */
MUST_USE bool engine_images(const Engine *engine, const Limits *limits, Arena *arena, StrVec *out,
                            Error *err);
/* The image as `docker save` writes it, into `fd`. */
MUST_USE bool engine_save(const Engine *engine, Str name, Fd fd, Error *err);
