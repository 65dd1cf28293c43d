/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "engines/engine.h"
#include "test.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What an engine leaves on this machine: its socket, and below its data root a layer's folder, the
 * names, and the lock that it holds. */
typedef struct Place {
    Arena arena;
    Str names, lock, folder;
    Fd held;
    Engine engine;
    EngineImage image;
    struct timespec asked; /* long after all that was made */
} Place;

static void listen_at(Str path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, STR_FMT, STR_ARG(path));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
}

static Str made(Place *place, Str root, const char *folder, const char *name)
{
    Error err = {0};
    Str in = arena_printf(&place->arena, STR_FMT "/%s", STR_ARG(root), folder);
    Str path = arena_printf(&place->arena, STR_FMT "/%s", STR_ARG(in), name);
    REQUIRE_OK(dir_make_all(in, &err));
    REQUIRE_OK(file_write_atomic(path, STR("{}"), &err));
    return path;
}

static void place_make(Place *place)
{
    Error err = {0};
    Arena *arena = &place->arena;
    *place = (Place){0};
    Str home = test_folder(arena), root = arena_printf(arena, STR_FMT "/data", STR_ARG(home));
    place->engine.socket = arena_printf(arena, STR_FMT "/s.sock", STR_ARG(home));
    listen_at(place->engine.socket);
    place->names = made(place, root, "image/overlay2", "repositories.json");
    place->lock = made(place, root, "volumes", "metadata.db");
    place->folder = arena_printf(arena, STR_FMT "/overlay2/" ID "/diff", STR_ARG(root));
    REQUIRE_OK(dir_make_all(place->folder, &err));
    REQUIRE_OK(fd_open_read_at(AT_FDCWD, place->lock, &place->held, &err));
    CHECK(flock(place->held, LOCK_EX) == 0);
    place->image.driver = STR("overlay2");
    *vec_push(arena, &place->image.folders) = STR("/elsewhere");
    *vec_push(arena, &place->image.folders) = place->folder;
    *vec_push(arena, &place->image.names) = STR("other:1");
    *vec_push(arena, &place->image.names) = STR("app:latest");
    *vec_push(arena, &place->image.names) = STR("host:5000/app:2");
    clock_gettime(CLOCK_REALTIME, &place->asked);
    place->asked.tv_sec += 60;
}

static void place_end(Place *place)
{
    fd_close(&place->held);
    arena_fini(&place->arena);
}

static Str evidence_of(Place *place, const char *name)
{
    return engine_evidence(&place->engine, str_from(name), &place->image, &place->asked,
                           &place->arena);
}

static bool holds(Place *place, Str evidence)
{
    return engine_evidence_holds(&place->engine, evidence, &place->arena);
}

TEST(nothing_has_changed)
{
    static const char *const names[] = {"app", "app:latest", "other:1", "host:5000/app:2"};
    Place place CLEANUP(place_end);
    place_make(&place);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        Str evidence = evidence_of(&place, names[i]);
        CHECK(evidence.len > 0);
        CHECK(holds(&place, evidence));
        CHECK(holds(&place, evidence)); /* to look is not to change */
    }
}

TEST(names_that_may_end_unseen)
{
    static const char *const names[] = {
        "sha256:" ID,     ID, "0123456789ab", "docker.io/library/app", "other", "host:5000/app",
        "app@sha256:" ID, ""};
    Place place CLEANUP(place_end);
    place_make(&place);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        CHECK_STR(evidence_of(&place, names[i]), STR(""));
}

TEST(the_names_are_replaced)
{
    Error err = {0};
    Place place CLEANUP(place_end);
    place_make(&place);
    Str evidence = evidence_of(&place, "app");
    REQUIRE_OK(file_write_atomic(place.names, STR("{}"), &err));
    CHECK(!holds(&place, evidence));
    evidence = evidence_of(&place, "app");
    CHECK(holds(&place, evidence));
    CHECK(unlink(place.names.ptr) == 0);
    CHECK(!holds(&place, evidence));
    CHECK_STR(evidence_of(&place, "app"), STR(""));
}

TEST(the_socket_is_replaced)
{
    Error err = {0};
    Place place CLEANUP(place_end);
    place_make(&place);
    Str evidence = evidence_of(&place, "app");
    CHECK(unlink(place.engine.socket.ptr) == 0);
    CHECK(!holds(&place, evidence));
    REQUIRE_OK(file_write_atomic(place.engine.socket, STR(""), &err));
    CHECK(!holds(&place, evidence));
    CHECK(unlink(place.engine.socket.ptr) == 0);
    listen_at(place.engine.socket);
    CHECK(!holds(&place, evidence));
    CHECK(holds(&place, evidence_of(&place, "app")));
}

TEST(the_daemon_is_gone)
{
    Place place CLEANUP(place_end);
    place_make(&place);
    Str evidence = evidence_of(&place, "app");
    CHECK(flock(place.held, LOCK_UN) == 0);
    CHECK(!holds(&place, evidence));
    CHECK(flock(place.held, LOCK_EX | LOCK_NB) == 0); /* nothing was kept of the look */
    CHECK(holds(&place, evidence));
    CHECK(unlink(place.lock.ptr) == 0);
    CHECK(!holds(&place, evidence));
}

TEST(changed_as_it_was_asked)
{
    struct stat st;
    Place place CLEANUP(place_end);
    place_make(&place);
    CHECK(stat(place.names.ptr, &st) == 0);
    place.asked = st.st_ctim;
    CHECK_STR(evidence_of(&place, "app"), STR(""));
    place.asked.tv_sec++;
    CHECK_STR(evidence_of(&place, "app"), STR(""));
    place.asked.tv_sec++;
    CHECK(evidence_of(&place, "app").len > 0);
}

TEST(folders_of_another_kind)
{
    Place place CLEANUP(place_end);
    place_make(&place);
    Str root = str_sub(place.folder, 0, place.folder.len - 64 - STR("/overlay2//diff").len);
    const Str folders[] = {
        arena_printf(&place.arena, STR_FMT "/overlay2/" ID "/dif", STR_ARG(root)),
        arena_printf(&place.arena, STR_FMT "/overlay2/x/diff", STR_ARG(root)),
        arena_printf(&place.arena, STR_FMT "/overlay/" ID "/diff", STR_ARG(root)),
        arena_printf(&place.arena, STR_FMT "/overlay2/" ID "/diff/", STR_ARG(root)),
        STR("/overlay2/" ID "/diff"),
        STR("diff"),
        STR(""),
    };
    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        place.image.folders.at[1] = folders[i];
        CHECK_STR(evidence_of(&place, "app"), STR(""));
    }
    place.image.folders.at[1] = place.folder;
    CHECK(evidence_of(&place, "app").len > 0);
    place.image.driver = STR("overlay");
    CHECK_STR(evidence_of(&place, "app"), STR(""));
    place.image.driver = STR("overlay2");
    CHECK(rmdir(place.folder.ptr) == 0);
    CHECK_STR(evidence_of(&place, "app"), STR(""));
    place.image.folders.len = 0;
    CHECK_STR(evidence_of(&place, "app"), STR(""));
}

TEST(damaged_evidence)
{
    Place place CLEANUP(place_end);
    place_make(&place);
    Str evidence = evidence_of(&place, "app");
    char *bytes = arena_c_str(&place.arena, evidence);
    for (size_t i = 0; i < evidence.len; i++) {
        CHECK(!holds(&place, str_of(bytes, i)));
        bytes[i] ^= 0x41;
        CHECK(!holds(&place, str_of(bytes, evidence.len)));
        bytes[i] ^= 0x41;
    }
    CHECK(holds(&place, str_of(bytes, evidence.len)));
    CHECK(!holds(&place, str_of(bytes, evidence.len + 1)));
}
