# SPDX-License-Identifier: Apache-2.0
"""Writes odd tar archives, always the same of one random.Random."""

BLOCK = 512
KINDS = {"-": b"0", "d": b"5", "l": b"2", "h": b"1", "c": b"3", "b": b"4", "p": b"6"}


def octal(value, length):
    return b"%0*o\0" % (length - 1, value)


def base256(value, length):
    return b"\x80" + value.to_bytes(length - 1, "big")


def number(r, value, length):
    """A number in one of the ways in which programs write it."""
    way = r.randrange(8)
    if way == 0 or value >= 8 ** (length - 1):
        return base256(value, length)
    if way == 1:
        return b"%*o " % (length - 1, value)
    if way == 2:
        return b"%0*o " % (length - 1, value)
    if way == 3:
        return (b"%o\0" % value).ljust(length, b"\0")[:length]
    return octal(value, length)


def header(r, name, size=0, flag=b"0", link=b"", magic=b"ustar\x0000", prefix=b"", tail=None, signed=False):
    block = bytearray(BLOCK)

    def put(at, data):
        block[at:at + len(data)] = data
    put(0, name[:100])
    put(100, number(r, r.choice([0o644, 0o755, 0o4755, 0]), 8))
    put(108, number(r, r.choice([0, 1000, 2097151, 3000000]), 8))
    put(116, number(r, r.choice([0, 1000]), 8))
    put(124, number(r, size, 12))
    put(136, number(r, r.choice([0, 1, 1700000000, 2 ** 33 + 1]), 12))
    put(156, flag)
    put(157, link[:100])
    put(257, magic)
    if magic:
        put(265, b"root")
        put(297, b"wheel")
        put(329, octal(0, 8))
        put(337, octal(0, 8))
    if prefix:
        put(345, prefix[:155])
    if tail:
        put(345, tail)
    return sealed(block, signed)


def sealed(block, signed=False):
    block = bytearray(block)
    block[148:156] = b" " * 8
    total = sum(b - 256 if signed and b > 127 else b for b in block)
    block[148:156] = b"%06o\0 " % max(total, 0)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % BLOCK)


def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


def pax(r, records, flag=b"x"):
    data = b"".join(record(k, v) for k, v in records)
    return header(r, b"PaxHeaders/x", len(data), flag) + padded(data)


def gnu_long(r, flag, name):
    return header(r, b"././@LongLink", len(name) + 1, flag, magic=b"ustar  \0") + padded(name + b"\0")


EXTRAS = [(b"mtime", b"1700000000.123456789"), (b"atime", b"1.5"), (b"ctime", b"0"), (b"uname", b"root"),
          (b"gname", b"w\xc3\xa4l"), (b"uid", b"5000000"), (b"gid", b"7"), (b"comment", b"a = b\nc"),
          (b"SCHILY.xattr.user.k", b"\0bin\n1 x=y\n"), (b"SCHILY.dev", b"1"), (b"LIBARCHIVE.creationtime", b"1"),
          (b"vendor.key", b""), (b"charset", b"ISO-IR 10646 2000 UTF-8"), (b"hdrcharset", b"BINARY")]


class Writer:
    """Entries of one archive; whatever it knows to be odd for some reader is named in `classes`."""

    def __init__(self, r):
        self.r, self.out, self.names, self.classes = r, bytearray(), [], set()

    def odd(self, name):
        self.classes.add(name)

    def part(self):
        r = self.r
        return r.choice([b"a", b"b", b"usr", b"lib", b"x y", b"n\nl", b"\xc3\xa4", b"...", b"-d", b"tab\t",
                         b"q\"'\\", b"%s", b"f%d" % r.randrange(20)])

    def name(self):
        r = self.r
        parts = [self.part() for _ in range(r.choice([1, 1, 2, 2, 3, 5]))]
        if r.random() < .1:
            parts.append(b"L" * r.choice([80, 98, 99, 100, 101, 120, 155, 200, 250]))
        if r.random() < .05:
            parts += [b"d" * 60] * r.choice([2, 4, 9])
        if r.random() < .05:
            parts.insert(r.randrange(len(parts) + 1), r.choice([b".", b"..", b""]))
        if r.random() < .04:
            parts.insert(0, b"\xff\xfe")
        name = b"/".join(parts)
        return r.choice([b"", b"", b"", b"./", b"/", b"../", b"//"] if r.random() < .3 else [b""]) + name

    def body(self):
        r = self.r
        size = r.choice([0, 1, 5, 100, 511, 512, 513, 1024, 5000, 70000 if r.random() < .1 else 20])
        return bytes([r.randrange(256)]) * (size // 2) + r.randbytes(size - size // 2)

    def named(self, name, link, size, flag, body=b"", extras=(), force=None):
        """One entry, its name told in a way that fits it."""
        r = self.r
        way = force or r.choice(["v7", "ustar", "gnu", "pax", "pax"])
        if way == "ustar" and len(name) > 100:
            cut = name.rfind(b"/", 0, 156)
            if 0 < cut and len(name) - cut - 1 <= 100 and len(name) > cut + 1 and len(link) <= 100:
                self.out += header(r, name[cut + 1:], size, flag, link, prefix=name[:cut])
                self.out += padded(body)
                return
        if max(len(name), len(link)) > 100 and way in ("v7", "ustar"):
            way = "gnu"
        if way == "v7":
            self.out += header(r, name, size, b"\0" if flag == b"0" else flag, link, magic=b"",
                               signed=r.random() < .3)
        elif way == "ustar":
            self.out += header(r, name, size, flag, link)
        elif way == "gnu":
            if len(name) > 100 or r.random() < .2:
                self.out += gnu_long(r, b"L", name)
            if len(link) > 100 or (link and r.random() < .2):
                self.out += gnu_long(r, b"K", link)
            self.out += header(r, name, size, flag, link, magic=b"ustar  \0")
        else:
            records = list(extras)
            if len(name) > 100 or r.random() < .5:
                records.append((b"path", name))
            if link and (len(link) > 100 or r.random() < .5):
                records.append((b"linkpath", link))
            records += r.sample(EXTRAS, r.randrange(4))
            real = size
            if flag == b"0" and r.random() < .3:
                records.append((b"size", b"%d" % size))
                real = r.choice([size, 0, 1])
            if r.random() < .1:
                records.append((b"path", name))
            self.out += pax(r, records)
            self.out += header(r, name, real, flag, link)
        self.out += padded(body)

    def file(self):
        name, body = self.name(), self.body()
        flag = b"7" if self.r.random() < .03 else b"0"
        if name.endswith(b"/"):
            self.odd("slash")
        self.named(name, b"", len(body), flag, body)
        self.names.append(name)

    def folder(self):
        name = self.name()
        if self.r.random() < .3:  # old programs said it by the slash alone
            way = self.r.choice(["v7", "ustar", "gnu"])
            if way != "v7" or len(name) > 99:
                self.odd("slash")
            self.named(name + b"/", b"", 0, b"0", force=way)
        else:
            self.named(name + self.r.choice([b"", b"/"]), b"", 0, b"5")

    def links(self):
        r = self.r
        if r.random() < .5 and self.names:
            self.named(self.name(), r.choice(self.names), 0, b"1")
        else:
            self.named(self.name(), r.choice([b"x", b"/etc/p", b"../../up", b"l" * 150, self.name()]), 0, b"2")

    def device(self):
        self.named(self.name(), b"", 0, self.r.choice([b"3", b"4", b"6"]), force="ustar")

    def again(self):
        if self.names:
            name, body = self.r.choice(self.names), self.body()
            self.named(name, b"", len(body), b"0", body)

    def sparse(self):
        r = self.r
        name, at, runs, data = self.name()[:90], 0, [], b""
        for _ in range(r.choice([1, 2, 3, 5, 30])):
            at += r.choice([0, 512, 4096, 100])
            body = r.randbytes(r.choice([512, 1024, 1]) if not runs else 512)
            runs.append((at, len(body)))
            data, at = data + body, at + len(body)
        size = at + r.choice([0, 512, 1000])
        # what is not at the end is written in whole blocks
        if name.endswith(b"/"):
            self.odd("slash")
        if any(n % BLOCK for _, n in runs[:-1]):
            self.odd("short run")
        kind = r.choice(["old", "0.0", "0.1", "1.0"])
        if runs[-1][0] + runs[-1][1] < size or r.random() < .3:
            runs.append((size, 0))
        if kind == "old":
            self.old_sparse(name, size, runs, data)
        else:
            self.pax_sparse(kind, name, size, runs, data)
        self.names.append(name)

    def old_sparse(self, name, size, runs, data):
        def pairs(some, count):
            return b"".join(octal(a, 12) + octal(n, 12) for a, n in some).ljust(24 * count, b"\0")
        first, rest = runs[:4], runs[4:]
        tail = bytes(41) + pairs(first, 4) + (b"\1" if rest else b"\0") + octal(size, 12)
        self.out += header(self.r, name, len(data), b"S", magic=b"ustar  \0", tail=tail)
        while rest:
            some, rest = rest[:21], rest[21:]
            self.out += (pairs(some, 21) + (b"\1" if rest else b"\0")).ljust(BLOCK, b"\0")
        self.out += padded(data)

    def pax_sparse(self, kind, name, size, runs, data):
        listed = b",".join(b"%d,%d" % run for run in runs)
        records = [(b"GNU.sparse.name", name)]
        if kind == "0.0":
            records = [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(runs))]
            for at, length in runs:
                records += [(b"GNU.sparse.offset", b"%d" % at), (b"GNU.sparse.numbytes", b"%d" % length)]
            place = name
        elif kind == "0.1":
            records += [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(runs)),
                        (b"GNU.sparse.map", listed)]
            place = b"GNUSparseFile.1/x"
        else:
            records = [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), records[0],
                       (b"GNU.sparse.realsize", b"%d" % size)]
            data = padded(b"%d\n" % len(runs) + b"".join(b"%d\n%d\n" % run for run in runs)) + data
            place = b"GNUSparseFile.1/x"
        self.out += pax(self.r, records) + header(self.r, place, len(data), b"0") + padded(data)

    # What only some readers agree on.
    def global_header(self):
        records = self.r.sample(EXTRAS, 2)
        if self.r.random() < .3:
            records.append((b"path", b"from/global"))
            self.odd("global path")
        self.out += pax(self.r, records, b"g")

    def doubled(self):
        self.odd("two headers")
        name, body = self.name(), self.body()
        heads = [pax(self.r, [(b"path", name)]), pax(self.r, [(b"mtime", b"1")]),
                 gnu_long(self.r, b"L", name + b"L"), pax(self.r, [(b"path", name + b"p")])]
        for head in self.r.sample(heads, 2):
            self.out += head
        self.out += header(self.r, name[:100], len(body), b"0") + padded(body)

    def emptied(self):
        self.odd("empty path")
        self.out += pax(self.r, [(b"path", b"")]) + header(self.r, b"kept", 0, b"0")

    def unknown(self):
        self.odd("unknown type")
        body = self.body()
        flag = self.r.choice([b"A", b"Z", b"D", b"V", b"M", b"N", b"8"])
        self.out += header(self.r, self.name()[:100], len(body), flag) + padded(body)

    def sized_link(self):
        self.odd("link with a size")
        self.out += header(self.r, b"hard", 700, b"1", link=b"a")
        if self.r.random() < .5:
            self.out += bytes(1024)

    def sized_folder(self):
        self.odd("folder with a size")
        self.out += header(self.r, b"folder/", 1024, self.r.choice([b"5", b"0"]))
        if self.r.random() < .5:
            self.out += padded(b"x" * 1024)

    def trailer(self):
        r = self.r
        way = r.randrange(12)
        if way == 0:
            self.odd("no trailer")
        elif way == 1:
            self.odd("one zero block")
            self.out += bytes(BLOCK)
        elif way == 2:
            self.odd("garbage behind")
            self.out += bytes(2 * BLOCK) + b"garbage" * 200
        elif way == 3:
            self.odd("concatenated")
            self.out += bytes(r.choice([1, 2, 2, 7]) * BLOCK)
            self.file()
            self.out += bytes(2 * BLOCK)
        elif way == 4:
            self.odd("cut")
            del self.out[r.randrange(len(self.out) + 1):]
        elif way == 5:
            self.odd("cut")
            self.out += bytes(r.choice([1, 100, 600, 1023]))
        else:
            self.out += bytes(r.choice([2, 2, 3, 20]) * BLOCK)


COMMON = [Writer.file] * 6 + [Writer.folder] * 2 + [Writer.links] * 2 + [Writer.device, Writer.again,
                                                                         Writer.sparse, Writer.global_header]
ODD = [Writer.doubled, Writer.emptied, Writer.unknown, Writer.sized_link, Writer.sized_folder]


def mutate(r, data):
    """Flips bytes; of a header it touches it may set the checksum right again."""
    data = bytearray(data)
    for _ in range(r.choice([1, 1, 2, 5])):
        if not data:
            break
        kind, at = r.randrange(6), r.randrange(len(data))
        start = at - at % BLOCK
        if kind < 3:
            data[at] = r.choice([r.randrange(256), data[at] ^ 1 << r.randrange(8), 0, 0xff, 0x80])
        elif kind == 3:
            del data[start:start + BLOCK]
        elif kind == 4:
            data[start:start] = data[start:start + BLOCK]
        else:
            del data[at:]
        if kind < 3 and len(data) >= start + BLOCK and b"ustar" in data[start:start + BLOCK]:
            data[start:start + BLOCK] = sealed(data[start:start + BLOCK])
    return bytes(data)


def make(r):
    """(bytes, the oddities in it)"""
    w = Writer(r)
    for _ in range(r.choice([1, 2, 3, 6, 12])):
        r.choice(COMMON)(w)
    if r.random() < .25:
        r.choice(ODD)(w)
        if r.random() < .7:
            w.file()
    if r.random() < .6:
        w.out += bytes(2 * BLOCK)
    else:
        w.trailer()
    data = bytes(w.out)
    if r.random() < .3:
        w.odd("mutated")
        data = mutate(r, data)
    return data, w.classes
