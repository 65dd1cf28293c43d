/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/collector.h"

#include "analyze/worker.h"
#include "base/beneath.h"
#include "inventory/cataloger.h"
#include "layers/folder.h"

void collector_fini(Collector *c)
{
    folder_reach_close(&c->reach);
    arena_fini(&c->arena);
}

static bool refuse(Error *err, const char *what)
{
    return error_set(err, ERR_INTERNAL, "the parser %s", what);
}

static size_t folder_count(const Collector *c)
{
    return c->input->kind == SOURCE_FILE ? 0 : c->input->fds.len;
}

/* ---- listing ---- */

static FolderRoot root_of(const Collector *c, size_t number)
{
    bool overlay = c->input->kind == SOURCE_OVERLAY;
    return (FolderRoot){.number = (uint32_t)number,
                        .kind = overlay ? LAYER_DIR_OVERLAY : LAYER_DIR_ROOTFS,
                        .fd = c->input->fds.at[number]};
}

static bool batch_send(void *self, Str batch, Error *err)
{
    const Collector *c = self;
    Buf message CLEANUP(buf_fini) = {0};
    buf_put_char(&message, COLLECTOR_LIST);
    buf_put(&message, batch);
    return child_send(c->socket, buf_str(&message), err);
}

static bool roots_take(Collector *c, Reader *r, FolderRoot *roots, uint64_t count, Error *err)
{
    while (c->listed.len < folder_count(c))
        vec_push(&c->arena, &c->listed);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = reader_varint(r);
        if (!reader_ok(r) || number >= folder_count(c))
            return refuse(err, "asks for a folder that there is not");
        if (c->listed.at[number])
            return refuse(err, "asks for a folder once more");
        c->listed.at[number] = true;
        roots[i] = root_of(c, number);
    }
    return reader_left(r) == 0 || refuse(err, "asks for more than it says");
}

bool collector_list(Collector *c, Reader *r, Error *err)
{
    static const FolderChoice choice = {
        .by_name = catalogers_want_path, .by_magic = catalogers_want_magic, .is_data = names_data};
    Arena scratch CLEANUP(arena_fini) = {0};
    uint64_t count = reader_varint(r);
    if (!reader_ok(r) || count > folder_count(c))
        return refuse(err, "asks for more folders than there are");
    FolderRoot *roots = arena_new_array(&scratch, FolderRoot, (size_t)count);
    return roots_take(c, r, roots, count, err) &&
           folders_list(roots, (size_t)count, c->limits, &choice, batch_send, c, err) &&
           child_send(c->socket, str_of((char[]){COLLECTOR_LISTED}, 1), err);
}

/* ---- opening ---- */

/* Relative, and without a part that leads anywhere but down. */
static bool path_is_clean(Str path, const Limits *limits)
{
    Str part;
    if (path.len == 0 || path.len > limits->path_bytes || str_at(path, path.len - 1) == '/' ||
        str_find_char(path, '\0') != STR_NONE)
        return false;
    while (str_next(&path, '/', &part))
        if (part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return false;
    return true;
}

/* One file, wherever the links of the folder lead inside it. */
static FolderOpened linked_open(const FolderRoot *root, Str path, Fd *out)
{
    Arena scratch CLEANUP(arena_fini) = {0};
    const char *text = arena_c_str(&scratch, path);
    switch (beneath_open_file(root->fd, text, BENEATH_INSIDE_LINKS, out)) {
    case BENEATH_FILE:
        return FOLDER_OPEN;
    case BENEATH_UNREADABLE:
        return FOLDER_UNREADABLE;
    default:
        return FOLDER_GONE;
    }
}

static bool files_open(Collector *c, Reader *r, const FolderRoot *root, bool links, uint64_t asked,
                       Fd *fds, size_t *count, Buf *answer, Error *err)
{
    for (uint64_t i = 0; i < asked; i++) {
        Str path = reader_str(r);
        Fd fd = -1;
        if (!reader_ok(r))
            return refuse(err, "asks for files and does not name them");
        if (!path_is_clean(path, c->limits))
            return refuse(err, "asks for a path that leads out");
        FolderOpened how =
            links ? linked_open(root, path, &fd) : folder_open_file(&c->reach, root, path, &fd);
        buf_u8(answer, (uint8_t)how);
        if (how == FOLDER_OPEN)
            fds[(*count)++] = fd;
    }
    return reader_left(r) == 0 || refuse(err, "asks for more than it says");
}

bool collector_open(Collector *c, Reader *r, Error *err)
{
    Buf answer CLEANUP(buf_fini) = {0};
    Fd fds[FOLDER_BATCH];
    size_t opened = 0;
    uint64_t number = reader_varint(r);
    uint8_t links = reader_u8(r);
    uint64_t asked = reader_varint(r);
    if (!reader_ok(r) || number >= folder_count(c) || links > 1)
        return refuse(err, "asks for a folder that there is not");
    c->opened += asked;
    if (asked > FOLDER_BATCH || c->opened > c->limits->entries)
        return refuse(err, "asks for too many files");
    FolderRoot root = root_of(c, number);
    buf_put_char(&answer, COLLECTOR_FILES);
    buf_varint(&answer, number);
    buf_varint(&answer, asked);
    bool ok = files_open(c, r, &root, links, asked, fds, &opened, &answer, err) &&
              child_send_fds(c->socket, buf_str(&answer), fds, opened, err);
    for (size_t i = 0; i < opened; i++)
        fd_close(&fds[i]);
    return ok;
}
