#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random and damaged compressed streams to our decoders, zlib, liblzma, libbz2 and zstd's tool.

usage: streams.py FOLDER_OF_STREAM_PRINT [COUNT [SEED]]

What the reference takes we take, with the same bytes; what it refuses we refuse, and no byte that we
gave before is another. Exit 1 where that does not hold.
"""
import bz2
import collections
import lzma
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

BATCH = 400
PORTIONS = [1, 2, 3, 7, 64, 511, 4096, 65535, 65536, 1 << 20]


def content(r):
    kind, size = r.randrange(5), r.choice([0, 1, 2, 100, 1000, 32768, 65536, 70000, 200000])
    if kind == 0:
        return bytes(size)
    if kind == 1:
        return r.randbytes(size)
    if kind == 2:
        return (b"the quick brown fox " * (size // 20 + 1))[:size]
    if kind == 3:
        words = [r.randbytes(r.randrange(1, 30)) for _ in range(20)]
        return b"".join(r.choice(words) for _ in range(size // 16))
    return bytes(r.choice(b"ab") for _ in range(min(size, 5000))) * 3


STRATEGIES = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED]


def deflate(r, data):
    out, z = b"", zlib.compressobj(r.randrange(10), zlib.DEFLATED, -r.randint(9, 15), r.randint(1, 9),
                                   r.choice(STRATEGIES))
    while data:
        step = r.choice([len(data), 1, 1000, 40000])
        out += z.compress(data[:step])
        if r.random() < .3:
            out += z.flush(r.choice([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK]))
        data = data[step:]
    return out + z.flush()


def gzip_member(r, data):
    flags = r.choice([0, 0, r.randrange(32)])
    head = b"\x1f\x8b\x08" + bytes([flags]) + r.randbytes(4) + bytes([r.choice([0, 2, 4])]) + b"\x03"
    if flags & 4:
        extra = r.randbytes(r.choice([0, 1, 20, 300, 65535]))
        head += struct.pack("<H", len(extra)) + extra
    if flags & 8:
        head += b"n" * r.choice([0, 5, 5000]) + b"\0"
    if flags & 16:
        head += b"\xe9 comment" * r.choice([0, 1, 999]) + b"\0"
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xffff)
    return head + deflate(r, data) + struct.pack("<II", zlib.crc32(data), len(data) & 0xffffffff)


def gzip_make(r):
    return b"".join(gzip_member(r, content(r)) for _ in range(r.choice([1, 1, 1, 2, 5])))


def bzip2_make(r):
    return b"".join(bz2.compress(content(r)[:50000], r.randint(1, 9)) for _ in range(r.choice([1, 1, 2, 3])))


def xz_make(r):
    out = b""
    for _ in range(r.choice([1, 1, 2, 3])):
        check = r.choice([lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256])
        out += lzma.compress(content(r), check=check, preset=r.randrange(3))
        out += bytes(4 * r.choice([0, 0, 1, 2]))
    return out


def zstd_make(r):
    out = b""
    for _ in range(r.choice([1, 1, 2, 3])):
        if r.random() < .3:
            skipped = r.randbytes(r.choice([0, 1, 100]))
            out += struct.pack("<II", 0x184D2A50 + r.randrange(16), len(skipped)) + skipped
        words = ["zstd", "-q", "-c", f"-{r.choice([1, 3, 9, 19])}"] + r.choice([[], ["--no-check"]])
        out += subprocess.run(words, input=content(r), stdout=subprocess.PIPE, check=True).stdout
    return out


# References: (bytes, good) of a whole stream, the bytes before a fault included.

def members(data, start, matches, prepare=bytes):
    """One after the other, as the tools read them: zeros between are passed over."""
    out, good = b"", True
    while data and good:
        data = prepare(data)
        z = start()
        step = 1 << 14
        try:
            while data and not z.eof:
                out += z.decompress(data[:step])
                data = data[step:]
            good = z.eof
            data = z.unused_data + data
        except (zlib.error, lzma.LZMAError, OSError, EOFError):
            return out, False
        data = data.lstrip(b"\0")
        if data and not matches(data):
            return out, good, data
    return out, good


def known_flags(data):
    """Flag bits of gzip that mean nothing yet are a fault to zlib, not to Go nor to ISA-L."""
    flags = data[3] if len(data) > 3 else 0
    return data if flags & 2 or flags < 32 else data[:3] + bytes([flags & 31]) + data[4:]


def gzip_read(data):
    return members(data, lambda: zlib.decompressobj(31), lambda d: d.startswith(b"\x1f\x8b"), known_flags)[:2]


def bzip2_read(data):
    return members(data, bz2.BZ2Decompressor,
                   lambda d: d[:3] == b"BZh" and d[3:4] in b"123456789" and len(d) > 3)[:2]


def xz_read(data):
    out, good, *rest = members(data, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ),
                               lambda d: d.startswith(b"\xfd7zXZ\0"))
    return out, good and not rest


def zstd_read(data):
    done = subprocess.run(["zstd", "-dqc"], input=data, capture_output=True, check=False)
    return done.stdout, done.returncode == 0


def mutate(r, data):
    data = bytearray(data)
    for _ in range(r.choice([1, 1, 3])):
        kind = r.randrange(6)
        at = r.choice([r.randrange(len(data)), min(len(data) - 1, r.randrange(20)),
                       max(0, len(data) - 1 - r.randrange(12))]) if data else 0
        if kind < 2 and data:
            data[at] ^= 1 << r.randrange(8)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data += r.choice([b"garbage", bytes(5), b"\x1f\x8b", b"BZh", b"\x1f\x8b\x08\0"])
        elif kind == 4 and data:
            data[at] = r.randrange(256)
        else:
            del data[at:at + r.choice([1, 2, 100])]
    return bytes(data)


KINDS = [("gzip", gzip_make, gzip_read)] * 6 + [("bzip2", bzip2_make, bzip2_read), ("xz", xz_make, xz_read)]
if shutil.which("zstd"):
    KINDS.append(("zstd", zstd_make, zstd_read))


def make(r):
    name, maker, reader = r.choice(KINDS)
    data = maker(r)
    head = data[:6]
    if r.random() < .6:
        data = mutate(r, data)
    return name, data, reader, r.choice(PORTIONS), r.choice(PORTIONS), head == data[:6]


def ask(program, rows):
    text = "".join(f"{i} {o} {path}\n" for i, o, path in rows)
    done = subprocess.run([program], input=text.encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program}: exit {done.returncode}: {done.stderr[-500:]}")
    out = [line.split("\t") for line in done.stdout.decode("utf-8", "replace").split("\n")[:-1]]
    return [(codec, int(size), int(crc, 16), verdict) for codec, size, crc, verdict in out]


def excused(name, data, verdict):
    """Zeros behind the last frame are padding to us (tar writes blocks), to zstd's tool a fault. Of a
    frame that ends with an empty block libzstd compares the size that it claims only where all of it
    comes at once."""
    empty_block = b"\1\0\0"
    return name == "zstd" and verdict == "ok" and (data[-1:] == b"\0" or empty_block in data[-16:])


def wrong(name, data, answer, whole, good):
    """What is wrong with our answer, or None."""
    codec, size, crc, verdict = answer
    if "unknown header flags" in verdict:
        return None  # our fallback is zlib
    if codec != name:
        return None  # damaged so early that it is another kind
    same = size == len(whole) and crc == zlib.crc32(whole)
    if good != (verdict == "ok") and not (same and excused(name, data, verdict)):
        return f"we say {verdict}, the reference {'good' if good else 'bad'}"
    if good and size != len(whole):
        return f"{size} bytes, the reference {len(whole)}"
    if size <= len(whole) and zlib.crc32(whole[:size]) != crc:
        return "other bytes"
    return None


def main():
    folder = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    programs = ["stream_print", "stream_print_zlib"]
    tally, faults = collections.Counter(), []
    with tempfile.TemporaryDirectory(prefix="assay-streams-") as scratch:
        for start in range(0, count, BATCH):
            numbers = range(start, min(start + BATCH, count))
            made = [make(random.Random(f"{seed} {n}")) for n in numbers]
            rows = []
            for n, (_, data, _, portion_in, portion_out, _) in zip(numbers, made):
                rows.append((portion_in, portion_out, os.path.join(scratch, str(n))))
                with open(rows[-1][2], "wb") as out:
                    out.write(data)
            answers = [ask(os.path.join(folder, program), rows) for program in programs]
            for at, (n, (name, data, reader, *portions, _)) in enumerate(zip(numbers, made)):
                whole, good = reader(data)
                tally[name, "good" if good else "bad"] += 1
                for program, answer in zip(programs, answers):
                    why = wrong(name, data, answer[at], whole, good)
                    if why:
                        faults.append(f"{program}: {name} stream {n}, portions {portions}: {why}")
            for _, _, path in rows:
                os.unlink(path)
    for (name, verdict), number in sorted(tally.items()):
        print(f"{name}: {number} {verdict}")
    print(f"{len(faults)} differ")
    print("\n".join(faults[:40]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
