/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "layers/folder.h"

/* Inside src/layers: the list of folders as one process tells it to the other. A batch is a row of
 * records, each a varint length and as many bytes:
 *
 *   number of the folder's root (varint), what it is (a byte), path (a string), and then of a
 *   LIST_FOLDER  its mode (varint), whether it is opaque (a byte), entries
 *   LIST_MORE    entries: the folder has been begun by an earlier record
 *   LIST_NOTE    which ListNote (a byte)
 *   LIST_FAIL    an ErrorCode (a byte), a message (a string)
 *
 * An entry is a byte (ListEntry, ListWish), a name (a string), and of a symlink what it holds (a
 * string). Folders have no entry; they have a record of their own. */
typedef enum ListRecord { LIST_FOLDER, LIST_MORE, LIST_NOTE, LIST_FAIL } ListRecord;
typedef enum ListEntry { LIST_FILE, LIST_SYMLINK, LIST_WHITEOUT, LIST_OTHER } ListEntry;
typedef enum ListWish { WISH_NOTHING, WISH_LOOK = 1 << 4, WISH_TAKE = 2 << 4 } ListWish;
enum { LIST_ENTRY_BITS = 15 };
typedef enum ListNote { NOTE_UNREADABLE, NOTE_TOO_DEEP } ListNote;
