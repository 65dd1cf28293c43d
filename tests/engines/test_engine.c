/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/engine.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "test.h"

/* An engine that knows a few answers by the beginning of what it is asked, and says 404 else. */
typedef struct Answer {
    const char *asked, *status, *body;
} Answer;

static pid_t server;
static void server_stop(void)
{
    if (server > 0)
        kill(server, SIGKILL);
}

static void answer_one(int client, const Answer *answers, size_t count)
{
    char request[4096] = {0};
    Error err = {0};
    Arena arena CLEANUP(arena_fini) = {0};
    Answer found = {.status = "404 Not Found", .body = "{\"message\":\"No such image\"}"};
    ssize_t got = read(client, request, sizeof request - 1);
    for (size_t i = 0; got > 0 && i < count; i++)
        if (str_starts(str_from(request), str_from(answers[i].asked)))
            found = answers[i];
    Str reply = arena_printf(&arena, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", found.status,
                             str_from(found.body).len, found.body);
    if (!fd_write_all(client, reply, &err))
        fprintf(stderr, "%s\n", err.message);
    close(client);
}

static Engine engine_start(Arena *arena, const Answer *answers, size_t count)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    Str path = arena_printf(arena, STR_FMT "/s.sock", STR_ARG(test_folder(arena)));
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path.ptr);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0) {
        perror(path.ptr);
        exit(1);
    }
    server = fork();
    if (server == 0) {
        alarm(60);
        for (int client; (client = accept(listener, NULL, NULL)) >= 0;)
            answer_one(client, answers, count);
        _exit(0);
    }
    close(listener);
    atexit(server_stop);
    return (Engine){.socket = path};
}

TEST(image_that_is_not_there)
{
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    EngineImage image;
    Engine engine = engine_start(&arena, NULL, 0);
    CHECK(!engine_image(&engine, STR("no/such:image"), &limits, &arena, &image, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(str_contains(error_message(&err), STR("No such image")));
}

TEST(image_described_badly)
{
    static const Answer answers[] = {
        {"GET /images/half/json", "200 OK", "{\"Id\":\"sha256:1\",\"GraphDriver\":{\"Name\":"},
        {"GET /images/error/json", "500 Internal Server Error", "not JSON"},
        {"GET /images/odd/json", "200 OK", "{\"Id\":[],\"GraphDriver\":[1],\"x\":{\"Data\":{}}}"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    EngineImage image;
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers));
    CHECK(!engine_image(&engine, STR("half"), &limits, &arena, &image, &err));
    CHECK(!engine_image(&engine, STR("error"), &limits, &arena, &image, &err));
    CHECK_INT(err.code, ERR_IO);
    REQUIRE_OK(engine_image(&engine, STR("odd"), &limits, &arena, &image, &err));
    CHECK_INT(image.folders.len, 0);
    CHECK_STR(image.id, STR(""));
}

TEST(folders_come_lowest_first)
{
    static const Answer answers[] = {
        {"GET /images/app/json", "200 OK",
         "{\"Id\":\"sha256:1\",\"GraphDriver\":{\"Data\":{\"LowerDir\":\"/c:/b:/"
         "a\",\"MergedDir\":\"/m\","
         "\"UpperDir\":\"/d\",\"WorkDir\":\"/w\"},\"Name\":\"overlay2\"}}"},
        {"GET /images/one/json", "200 OK",
         "{\"GraphDriver\":{\"Name\":\"overlay2\",\"Data\":{\"UpperDir\":\"/"
         "d\"}},\"Id\":\"sha256:2\"}"},
        {"GET /images/vfs/json", "200 OK",
         "{\"Id\":\"sha256:3\",\"GraphDriver\":{\"Name\":\"vfs\",\"Data\":null}}"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    EngineImage image;
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers));
    REQUIRE_OK(engine_image(&engine, STR("app"), &limits, &arena, &image, &err));
    CHECK_STR(image.driver, STR("overlay2"));
    CHECK_STR(image.id, STR("sha256:1"));
    CHECK_INT(image.folders.len, 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_INT(str_at(image.folders.at[i], 1), "abcd"[i]);
    Str history;
    REQUIRE_OK(engine_history(&engine, image.id, &limits, &arena, &history, &err));
    CHECK_STR(history, STR("")); /* 404: an image goes without */
    REQUIRE_OK(engine_image(&engine, STR("one"), &limits, &arena, &image, &err));
    CHECK_INT(image.folders.len, 1);
    REQUIRE_OK(engine_image(&engine, STR("vfs"), &limits, &arena, &image, &err));
    CHECK_STR(image.driver, STR("vfs"));
    CHECK_INT(image.folders.len, 0);
}

TEST(images_are_listed_by_name_or_id)
{
    static const Answer answers[] = {{"GET /images/json", "200 OK",
                                      "[{\"Id\":\"sha256:9\",\"RepoTags\":null},{\"RepoTags\":[\"b:"
                                      "1\",\"a:2\"],\"Id\":\"sha256:8\"},"
                                      "{\"Id\":\"sha256:7\",\"RepoTags\":[\"<none>:<none>\"]}]"}};
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    StrVec names = {0};
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers));
    REQUIRE_OK(engine_images(&engine, &limits, &arena, &names, &err));
    CHECK_INT(names.len, 4);
    CHECK_STR(names.at[0], STR("a:2"));
    CHECK_STR(names.at[1], STR("b:1"));
    CHECK_STR(names.at[2], STR("sha256:7"));
    CHECK_STR(names.at[3], STR("sha256:9"));
}

TEST(odd_names_cannot_ask_for_something_else)
{
    static const Answer answers[] = {
        {"GET /images/a%20b%3Fc%0D%0AX/json HTTP/1.1\r\n", "200 OK", "{\"Id\":\"x\"}"}};
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    EngineImage image;
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers));
    REQUIRE_OK(engine_image(&engine, STR("a b?c\r\nX"), &limits, &arena, &image, &err));
    CHECK_STR(image.id, STR("x"));
}

TEST(engine_by_variable)
{
    static const Answer answers[] = {{"GET /_ping", "200 OK", "OK"}};
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers)), found;
    unsetenv("CONTAINER_HOST");
    setenv("DOCKER_HOST", "tcp://127.0.0.1:1", 1);
    CHECK(!engine_find(&arena, &found, &err));
    CHECK_INT(err.code, ERR_UNSUPPORTED);
    setenv("DOCKER_HOST", "unix:///nowhere/at/all.sock", 1);
    CHECK(!engine_find(&arena, &found, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    setenv("DOCKER_HOST", arena_printf(&arena, "unix://" STR_FMT, STR_ARG(engine.socket)).ptr, 1);
    REQUIRE_OK(engine_find(&arena, &found, &err));
    CHECK_STR(found.socket, engine.socket);
}

TEST(image_of_the_first_engine_that_answers)
{
    static const Answer answers[] = {
        {"GET /_ping", "200 OK", "OK"},
        {"GET /images/app/json", "200 OK", "{\"Id\":\"sha256:1\"}"},
        {"GET /images/sha256:1/history", "200 OK", "[{}]"},
    };
    Arena arena CLEANUP(arena_fini) = {0};
    Error err = {0};
    const Limits limits = LIMITS_DEFAULT;
    EngineImage image;
    bool found;
    Str history;
    Engine engine = engine_start(&arena, answers, COUNT_OF(answers)), other;
    unsetenv("CONTAINER_HOST");
    setenv("DOCKER_HOST", "unix:///nowhere/at/all.sock", 1);
    CHECK(!engine_find_image(STR("app"), &limits, &arena, &other, &image, &found, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(!found && str_contains(error_message(&err), STR("no engine answers there")));
    setenv("DOCKER_HOST", arena_printf(&arena, "unix://" STR_FMT, STR_ARG(engine.socket)).ptr, 1);
    CHECK(!engine_find_image(STR("none"), &limits, &arena, &other, &image, &found, &err));
    CHECK_INT(err.code, ERR_ABSENT);
    CHECK(found && str_contains(error_message(&err), STR("No such image")));
    REQUIRE_OK(engine_find_image(STR("app"), &limits, &arena, &other, &image, &found, &err));
    CHECK(found);
    CHECK_STR(image.id, STR("sha256:1"));
    REQUIRE_OK(engine_history(&other, image.id, &limits, &arena, &history, &err));
    CHECK_STR(history, STR("[{}]"));
}
