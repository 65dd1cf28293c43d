#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random archives to our walk of a layer, to Go's archive/tar, to libarchive and to GNU tar.

usage: archives.py FOLDER_OF_ARCHIVE_PRINT [COUNT [SEED]]

Container engines unpack with Go's archive/tar: where it reads an archive to its end, we have to see
the same; where it gives up, the same as far as it came. The other two are asked about what is not
odd. Exit 1 where an answer differs without a reason, 77 where there is no other reader.
"""
import collections
import os
import random
import sys
import tempfile

import tar_readers
import tar_writer

BATCH = 500


def clean(path):
    out = []
    for part in path.split(b"/"):
        if part == b"..":
            out = out[:-1]
        elif part not in (b"", b"."):
            out.append(part)
    return b"/".join(out)


def as_listed(entry):
    """As the index of a layer lists it; None for what it leaves out."""
    kind, path, size, link, crc = entry
    path = clean(path)
    if not path:
        return None
    return (kind, path, size if kind == "-" else 0, clean(link) if kind == "h" else link if kind == "l" else b"",
            crc if kind == "-" else None)


def listed(entries):
    return [e for e in map(as_listed, entries) if e]


def same(a, b):
    """None in a reader's answer is what it does not tell."""
    return len(a) == len(b) and all(
        x == y or (x is None or y is None) and i == 4 for p, q in zip(a, b) for i, (x, y) in enumerate(zip(p, q)))


def first_difference(a, b):
    for i, (p, q) in enumerate(zip(a, b)):
        if not same([p], [q]):
            return i, p, q
    return min(len(a), len(b)), a[len(b):][:1], b[len(a):][:1]


def cut_is_named(classes, ours, verdict, others):
    """Go takes an archive that ends in the padding of an extended header for a whole one; we say
    that it is cut, and so that something may be missing."""
    return same(ours, others) and "ends within" in verdict


def goes_on(classes, ours, verdict, others):
    """Go ends at two blocks of zeros; archives that follow each other are one to us (rule 58)."""
    return len(ours) > len(others) and same(ours[:len(others)], others)


def fault_behind_the_end(classes, ours, verdict, others):
    """The same, and what follows is damaged."""
    return verdict != "ok" and same(ours[:len(others)], others)


# Where Go reads to the end and we see something else, one of these must be the reason.
REASONS = [cut_is_named, goes_on, fault_behind_the_end]


def judge_go(classes, mine, theirs, tally):
    """Go decides: all that it saw, and no fault where it saw none."""
    (ours, verdict), (others, theirs_verdict) = mine, theirs
    ours, others = listed(ours), listed(others)
    if theirs_verdict != "ok":
        return same(ours[:len(others)], others)
    if verdict == "ok" and same(ours, others):
        return True
    for reason in REASONS:
        if reason(classes, ours, verdict, others):
            tally["go", reason.__name__] += 1
            return True
    return False


# What GNU tar and libarchive read in another way than Go; they are asked about archives without it.
ODD = {
    "libarchive": {
        "slash": "a file whose name ends in a slash is a folder to it",
        "mutated": "it searches for the next good header behind a bad one",
        "cut": "it may tell of an entry before it finds its body missing",
        "garbage behind": "", "one zero block": "", "no trailer": "", "concatenated": "it ends at the first zeros",
        "global path": "it applies global headers", "two headers": "it joins them", "empty path": "it is empty",
        "link with a size": "it guesses whether a body follows", "folder with a size": "it skips the size",
        "unknown type": "it reads them as files", "short run": "",
    },
}
ODD["gnu"] = dict(ODD["libarchive"], **{
    "mutated": "it goes on behind bad headers", "short run": "it takes runs to be whole blocks but the last"})


def bodies_agree(path, ours, others):
    """Of GNU tar the bodies are had only one after the other."""
    files = [e for e in ours if e[0] == "-"]
    alone = len(files) == 1 and sum(e[0] == "-" for e in others) == 1
    return not alone or files[0][4] == tar_readers.gnu_bodies(path)


def judge_other(name, path, mine, theirs):
    (ours, verdict), (others, theirs_verdict) = mine, theirs
    if theirs_verdict != "ok" or verdict != "ok" or not same(listed(ours), listed(others)):
        return False
    return name != "gnu" or bodies_agree(path, ours, others)


def main():
    folder = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    ask = tar_readers.printed_by(os.path.join(folder, "archive_print"))
    readers = {"go": tar_readers.go_reader(), "libarchive": tar_readers.libarchive_reader(),
               "gnu": tar_readers.gnu_reader()}
    tally = collections.Counter()
    examples = {}
    with tempfile.TemporaryDirectory(prefix="assay-tar-") as scratch:
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            made = [tar_writer.make(random.Random(f"{seed} {n}")) for n in numbers]
            paths = [os.path.join(scratch, str(n)) for n in numbers]
            for path, (data, _) in zip(paths, made):
                with open(path, "wb") as out:
                    out.write(data)
            ours = ask(paths)
            for name, read in readers.items():
                if not read:
                    continue
                for n, (_, classes), mine, theirs in zip(numbers, made, ours, read(paths)):
                    if name != "go" and classes & ODD[name].keys():
                        continue
                    tally[name, "asked"] += 1
                    good = (judge_go(classes, mine, theirs, tally) if name == "go" else
                            judge_other(name, paths[n - start], mine, theirs))
                    if not good:
                        tally[name, "differ"] += 1
                        key = (name, ",".join(sorted(classes)), theirs[1][:40], mine[1][:30])
                        examples.setdefault(key, []).append((n, mine, theirs))
            for path in paths:
                os.unlink(path)
    for (name, what), number in sorted(tally.items()):
        print(f"{name}: {number} {what}")
    for key, rows in sorted(examples.items(), key=lambda kv: -len(kv[1])):
        n, mine, theirs = rows[0]
        print(f"{len(rows)} x {key}, first archive {n}: {mine[1]} | {theirs[1]}")
        print("   ", *first_difference(listed(mine[0]), listed(theirs[0])))
    if not any(readers.values()):
        sys.exit(77)
    sys.exit(1 if examples else 0)


if __name__ == "__main__":
    main()
