/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/parent.h"

#include "analyze/worker.h"
#include "base/reader.h"

static const uint64_t answer_limit = UINT64_C(1) << 31;

void parent_init(Parent *parent, Fd socket, size_t folders, Arena *arena)
{
    *parent = (Parent){.socket = socket,
                       .send = PTHREAD_MUTEX_INITIALIZER,
                       .receive = PTHREAD_MUTEX_INITIALIZER,
                       .folders = arena_new_array(arena, ParentFolder, folders),
                       .listings = arena_new_array(arena, FolderListing, folders),
                       .folder_count = folders};
    for (uint32_t i = 0; i < folders; i++) {
        parent->folders[i].parent = parent;
        parent->folders[i].number = i;
    }
}

void parent_fini(Parent *parent)
{
    for (size_t i = 0; i < parent->folder_count; i++)
        folder_listing_fini(&parent->listings[i]);
}

static bool send_message(Parent *parent, const Buf *message, Error *err)
{
    pthread_mutex_lock(&parent->send);
    bool ok = child_send(parent->socket, buf_str(message), err);
    pthread_mutex_unlock(&parent->send);
    return ok;
}

bool parent_say(Parent *parent, char kind, Str first, Str rest, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0};
    buf_put_char(&message, kind);
    buf_str_wire(&message, first);
    buf_put(&message, rest);
    return send_message(parent, &message, err);
}

void parent_say_layer(Parent *parent, char kind, Str name, uint32_t number)
{
    Buf rest CLEANUP(buf_fini) = {0};
    buf_varint(&rest, number);
    (void)!parent_say(parent, kind, name, buf_str(&rest), NULL);
}

bool parent_ask_keys(Parent *parent, Str question, Buf *answer, Error *err)
{
    bool got = false;
    return child_send(parent->socket, question, err) &&
           child_take(parent->socket, answer_limit, answer, &got, err) &&
           (got || error_set(err, ERR_INTERNAL, "the collector is gone"));
}

/* ---- answers ---- */

static bool take_files(Parent *parent, Reader *r, Fd *fds, size_t count)
{
    uint64_t number = reader_varint(r), answers = reader_varint(r);
    ParentFolder *folder = number < parent->folder_count ? &parent->folders[number] : NULL;
    size_t used = 0;
    if (!folder || folder->answered || answers > FOLDER_BATCH)
        return false;
    for (size_t i = 0; i < answers; i++) {
        FolderFile *file = &folder->files[i];
        uint8_t how = reader_u8(r);
        /* Beyond our own limit of descriptors the system lets some fall. */
        bool lost = how == FOLDER_OPEN && used == count;
        *file = (FolderFile){.fd = -1, .how = lost ? FOLDER_UNREADABLE : (FolderOpened)how};
        if (file->how == FOLDER_OPEN)
            file->fd = fd_take(&fds[used++]);
    }
    folder->count = (size_t)answers;
    folder->answered = true;
    return reader_ok(r);
}

static bool answer_read(Parent *parent, Str message, Fd *fds, size_t count, Error *err)
{
    Reader r = reader_of(message);
    switch (reader_u8(&r)) {
    case COLLECTOR_FILES:
        return take_files(parent, &r, fds, count) ||
               error_set(err, ERR_INTERNAL, "the collector's answer is malformed");
    case COLLECTOR_LIST:
        return folder_listing_add(parent->listings, parent->folder_count,
                                  reader_take(&r, reader_left(&r)), err);
    case COLLECTOR_LISTED:
        parent->list_ended = true;
        return true;
    default:
        return error_set(err, ERR_INTERNAL, "the collector's answer is malformed");
    }
}

/* Under the lock: the next answer goes to where it is waited for. */
static bool answer_take(Parent *parent, Error *err)
{
    Buf message CLEANUP(buf_fini) = {0};
    Fd fds[MESSAGE_FDS];
    size_t count = 0;
    bool got = false;
    bool ok = child_take_fds(parent->socket, answer_limit, &message, fds, &count, &got, err);
    if (ok && !got)
        ok = error_set(err, ERR_INTERNAL, "the collector is gone");
    ok = ok && answer_read(parent, buf_str(&message), fds, count, err);
    for (size_t i = 0; i < count; i++)
        fd_close(&fds[i]);
    return ok;
}

bool parent_list(Parent *parent, const uint32_t *numbers, size_t count, Error *err)
{
    Buf question CLEANUP(buf_fini) = {0};
    bool ok = true;
    buf_put_char(&question, WORKER_LIST);
    buf_varint(&question, count);
    for (size_t i = 0; i < count; i++)
        buf_varint(&question, numbers[i]);
    pthread_mutex_lock(&parent->receive);
    parent->list_ended = false;
    ok = send_message(parent, &question, err);
    while (ok && !parent->list_ended)
        ok = answer_take(parent, err);
    for (size_t i = 0; ok && i < count; i++)
        parent->folders[numbers[i]].listed = true;
    pthread_mutex_unlock(&parent->receive);
    return ok;
}

/* ---- files ---- */

static bool files_ask(ParentFolder *folder, bool links, const Str *paths, size_t count, Error *err)
{
    Buf question CLEANUP(buf_fini) = {0};
    buf_put_char(&question, WORKER_OPEN);
    buf_varint(&question, folder->number);
    buf_u8(&question, links);
    buf_varint(&question, count);
    for (size_t i = 0; i < count; i++)
        buf_str_wire(&question, paths[i]);
    return send_message(folder->parent, &question, err);
}

static bool folder_ask(void *self, const Str *paths, size_t count, Error *err)
{
    return files_ask(self, false, paths, count, err);
}

static bool folder_take(void *self, FolderFile *files, size_t count, Error *err)
{
    ParentFolder *folder = self;
    Parent *parent = folder->parent;
    bool ok = true;
    pthread_mutex_lock(&parent->receive);
    while (ok && !folder->answered)
        ok = answer_take(parent, err);
    if (ok && folder->count != count)
        ok = error_set(err, ERR_INTERNAL, "the collector's answer is malformed");
    for (size_t i = 0; ok && i < count; i++)
        files[i] = folder->files[i];
    folder->answered = false;
    pthread_mutex_unlock(&parent->receive);
    return ok;
}

FolderOpener parent_opener(Parent *parent, uint32_t number)
{
    return (FolderOpener){&parent->folders[number], folder_ask, folder_take};
}

_Static_assert((int)SOURCE_BATCH <= (int)FOLDER_BATCH, "more files than are opened at once");

static void source_open(void *self, const Str *paths, size_t count, Fd *out)
{
    Parent *parent = self;
    FolderFile files[SOURCE_BATCH];
    bool ok = parent->folder_count && count <= SOURCE_BATCH &&
              files_ask(&parent->folders[0], true, paths, count, NULL) &&
              folder_take(&parent->folders[0], files, count, NULL);
    for (size_t i = 0; i < count; i++)
        out[i] = ok && files[i].how == FOLDER_OPEN ? files[i].fd : -1;
}

SourceOpener parent_source(Parent *parent)
{
    return (SourceOpener){parent, source_open};
}
