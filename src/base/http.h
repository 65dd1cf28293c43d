/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/stream.h"

/* ---- from the network: libcurl, opened when it is needed ---- */

typedef struct HttpRequest {
    Str url;        /* http or https; redirects never lead from https to http */
    Str etag;       /* of the copy we have, or empty: sent as If-None-Match */
    Str modified;   /* its Last-Modified, or empty: sent as If-Modified-Since */
    Fd into;        /* the body of a 200 is written here, decoded; of others nothing */
    uint64_t limit; /* of that body */
    /* NULL, or told what came so far and how much will (0: not known) */
    void (*progress)(void *context, uint64_t got, uint64_t total);
    void *context;
} HttpRequest;

typedef struct HttpResponse {
    int status; /* 200, 304, 404, ...: the caller's to judge */
    Str etag, modified;
    uint64_t bytes;
} HttpResponse;

enum { HTTP_CONNECT_SECONDS = 5, HTTP_STALL_SECONDS = 30 };

/* No answer within HTTP_CONNECT_SECONDS, or none of the body for HTTP_STALL_SECONDS, is ERR_IO. */
MUST_USE bool http_get(const HttpRequest *request, Arena *arena, HttpResponse *out, Error *err);

/* ---- from a unix socket (a container engine): our own HTTP/1.1 (RFC 9112) ---- */

enum { HTTP_HEAD_BYTES = 65536, HTTP_SILENCE_SECONDS = 300 };

typedef struct HttpReply {
    Stream stream; /* the body, decoded from chunks; ERR_FORMAT if it ends early */
    Stream *in;
    PipeStream pipe;
    Fd fd;
    int status;
    bool chunked, in_chunk, until_close, ended;
    uint64_t left; /* of the body or of the chunk */
    Buf head;      /* the status line and header fields, then what was read beyond them */
    size_t pos;    /* in `head`: where the bytes start that are not yet taken */
    size_t fields; /* in `head`: where the header fields end */
} HttpReply;

/* Asks `target` ("/v1.41/images/json") of the socket; the reply's head has been read when it
 * returns. The reply is not to be copied. Refused and absent sockets are ERR_ABSENT. */
MUST_USE bool http_unix_get(Str socket, Str target, HttpReply *out, Error *err);
/* The same in two steps, for who has something to do meanwhile: *asked is the connection, which the
 * second step closes or makes the reply's. */
MUST_USE bool http_unix_ask(Str socket, Str target, Fd *asked, Error *err);
MUST_USE bool http_unix_answer(Str socket, Fd *asked, HttpReply *out, Error *err);
/* The same from any stream: what http_unix_get and the tests stand on. Takes no ownership. */
MUST_USE bool http_reply_read(HttpReply *reply, Stream *in, Error *err);
/* A field of the head ("content-type"), in any case of letters; empty if there is none. Lives as
 * long as the reply's body has not been read from. */
Str http_reply_field(const HttpReply *reply, Str name);
void http_reply_close(HttpReply *reply); /* fits CLEANUP(http_reply_close) on a zeroed one */
