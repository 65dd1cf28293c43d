/* SPDX-License-Identifier: Apache-2.0 */
#include "base/http.h"

#include <pthread.h>
#include <string.h>

#include "base/library.h"

/* libcurl's numbers, from <curl/curl.h>; they are part of libcurl.so.4's ABI. */
enum {
    OPT_LOW_SPEED_LIMIT = 19,
    OPT_LOW_SPEED_TIME = 20,
    OPT_NOPROGRESS = 43,
    OPT_FOLLOWLOCATION = 52,
    OPT_MAXREDIRS = 68,
    OPT_CONNECTTIMEOUT = 78,
    OPT_NOSIGNAL = 99,
    OPT_WRITEDATA = 10001,
    OPT_URL = 10002,
    OPT_ERRORBUFFER = 10010,
    OPT_USERAGENT = 10018,
    OPT_HTTPHEADER = 10023,
    OPT_HEADERDATA = 10029,
    OPT_XFERINFODATA = 10057,
    OPT_ACCEPT_ENCODING = 10102,
    OPT_PROTOCOLS_STR = 10318,
    OPT_REDIR_PROTOCOLS_STR = 10319,
    OPT_WRITEFUNCTION = 20011,
    OPT_HEADERFUNCTION = 20079,
    OPT_XFERINFOFUNCTION = 20219,
    CURL_GLOBAL_ALL = 3,
    ERROR_BYTES = 256,
};

static struct {
    int (*global_init)(long flags);
    void *(*easy_init)(void);
    int (*setopt)(void *handle, int option, ...);
    int (*perform)(void *handle);
    void (*cleanup)(void *handle);
    const char *(*strerror)(int code);
    void *(*slist_append)(void *list, const char *line);
    void (*slist_free)(void *list);
} curl;

static const LibrarySymbol symbols[] = {
    {"curl_global_init", &curl.global_init},   {"curl_easy_init", &curl.easy_init},
    {"curl_easy_setopt", &curl.setopt},        {"curl_easy_perform", &curl.perform},
    {"curl_easy_cleanup", &curl.cleanup},      {"curl_easy_strerror", &curl.strerror},
    {"curl_slist_append", &curl.slist_append}, {"curl_slist_free_all", &curl.slist_free},
};
static Library library = LIBRARY("libcurl.so.4", "libcurl4", symbols);
static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    curl.global_init(CURL_GLOBAL_ALL);
}

typedef struct Transfer {
    const HttpRequest *request;
    Arena *arena;
    HttpResponse *out;
    Error why; /* what stopped it on our side */
} Transfer;

static size_t on_body(const char *bytes, size_t size, size_t count, void *context)
{
    Transfer *t = context;
    size_t len = size * count;
    if (t->out->status != 200)
        return len;
    if (len > t->request->limit - t->out->bytes) {
        error_set(&t->why, ERR_LIMIT, "larger than %llu bytes",
                  (unsigned long long)t->request->limit);
        return 0;
    }
    t->out->bytes += len;
    return fd_write_all(t->request->into, str_of(bytes, len), &t->why) ? len : 0;
}

/* Called for each line of each head, also of those of redirects: a status line starts anew. */
static size_t on_head(const char *bytes, size_t size, size_t count, void *context)
{
    Transfer *t = context;
    Str line = str_of(bytes, size * count), name, value, version, rest;
    uint64_t status;
    if (str_starts(line, STR("HTTP/"))) {
        *t->out = (HttpResponse){0};
        str_cut(line, ' ', &version, &rest);
        if (str_to_u64(str_head(rest, 3), &status))
            t->out->status = (int)status;
    } else if (str_cut(line, ':', &name, &value)) {
        value = str_trim(value);
        if (str_eq_fold(name, STR("etag")))
            t->out->etag = arena_str(t->arena, value);
        else if (str_eq_fold(name, STR("last-modified")))
            t->out->modified = arena_str(t->arena, value);
    }
    return size * count;
}

static int on_progress(void *context, int64_t total, int64_t got, int64_t up_total, int64_t up)
{
    const Transfer *t = context;
    (void)up_total, (void)up;
    t->request->progress(t->request->context, got > 0 ? (uint64_t)got : 0,
                         total > 0 ? (uint64_t)total : 0);
    return 0;
}

static void handle_free(void **handle)
{
    if (*handle)
        curl.cleanup(*handle);
}

static void list_free(void **list)
{
    if (*list)
        curl.slist_free(*list);
}

/* A header field made of what a server once sent: it must not smuggle in another. */
static void list_add(void **list, Arena *arena, const char *name, Str value)
{
    if (value.len == 0 || str_find_char(value, '\n') != STR_NONE ||
        str_find_char(value, '\r') != STR_NONE)
        return;
    Str line = arena_printf(arena, "%s: " STR_FMT, name, STR_ARG(value));
    *list = curl.slist_append(*list, arena_c_str(arena, line));
}

static void configure(void *handle, Transfer *t, void *fields, char *why)
{
    const HttpRequest *request = t->request;
    bool tls = str_starts_fold(request->url, STR("https:"));
    curl.setopt(handle, OPT_URL, arena_c_str(t->arena, request->url));
    curl.setopt(handle, OPT_PROTOCOLS_STR, "http,https");
    curl.setopt(handle, OPT_REDIR_PROTOCOLS_STR, tls ? "https" : "http,https");
    curl.setopt(handle, OPT_FOLLOWLOCATION, 1L);
    curl.setopt(handle, OPT_MAXREDIRS, 5L);
    curl.setopt(handle, OPT_NOSIGNAL, 1L);
    curl.setopt(handle, OPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SECONDS);
    curl.setopt(handle, OPT_LOW_SPEED_LIMIT, 1L);
    curl.setopt(handle, OPT_LOW_SPEED_TIME, (long)HTTP_STALL_SECONDS);
    curl.setopt(handle, OPT_USERAGENT, "assay/" ASSAY_VERSION);
    curl.setopt(handle, OPT_ACCEPT_ENCODING, "");
    curl.setopt(handle, OPT_HTTPHEADER, fields);
    curl.setopt(handle, OPT_ERRORBUFFER, why);
    curl.setopt(handle, OPT_WRITEFUNCTION, on_body);
    curl.setopt(handle, OPT_WRITEDATA, t);
    curl.setopt(handle, OPT_HEADERFUNCTION, on_head);
    curl.setopt(handle, OPT_HEADERDATA, t);
    if (request->progress) {
        curl.setopt(handle, OPT_NOPROGRESS, 0L);
        curl.setopt(handle, OPT_XFERINFOFUNCTION, on_progress);
        curl.setopt(handle, OPT_XFERINFODATA, t);
    }
}

bool http_get(const HttpRequest *request, Arena *arena, HttpResponse *out, Error *err)
{
    char why[ERROR_BYTES] = "";
    Transfer transfer = {.request = request, .arena = arena, .out = out};
    *out = (HttpResponse){0};
    if (!library_open(&library, err))
        return false;
    pthread_once(&started, start);
    void *handle CLEANUP(handle_free) = curl.easy_init();
    void *fields CLEANUP(list_free) = NULL;
    if (!handle)
        return error_set(err, ERR_INTERNAL, "libcurl does not start");
    list_add(&fields, arena, "If-None-Match", request->etag);
    list_add(&fields, arena, "If-Modified-Since", request->modified);
    configure(handle, &transfer, fields, why);
    int code = curl.perform(handle);
    if (code == 0)
        return true;
    if (transfer.why.code) {
        if (err)
            *err = transfer.why;
        return error_within(err, STR_FMT, STR_ARG(request->url));
    }
    return error_set(err, ERR_IO, STR_FMT ": %s", STR_ARG(request->url),
                     why[0] ? why : curl.strerror(code));
}
