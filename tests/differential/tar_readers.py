# SPDX-License-Identifier: Apache-2.0
"""Readers of tar other than ours. Each gives, of a list of files, what it saw in each:
(entries, verdict) with entries of (kind, path, size, link, crc) as bytes and numbers, where None
means that the reader does not tell; verdict is "ok" or what it complained about."""
import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import tempfile
import zlib

FOLDER = tempfile.TemporaryDirectory(prefix="assay-readers-")


def from_hex(text):
    return b"" if text == "-" else bytes.fromhex(text)


def parse_printed(text):
    """What archive_print and the program in Go print."""
    files, entries = [], []
    for line in text.decode().split("\n")[:-1]:
        if line.startswith("= "):
            files.append((entries, line[2:]))
            entries = []
            continue
        kind, path, size, link, crc = line.split("\t")
        entries.append((kind, from_hex(path), int(size), from_hex(link),
                        None if crc == "-" else int(crc, 16)))
    return files


def printed_by(*argv):
    def read(paths):
        done = subprocess.run(argv, input="".join(p + "\n" for p in paths).encode(),
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{argv[0]}: exit {done.returncode}: {done.stderr.decode()[-400:]}")
        return parse_printed(done.stdout)
    return read


GO = """package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

func name(s string) string {
	if s == "" {
		return "-"
	}
	return hex.EncodeToString([]byte(s))
}

func kind(h *tar.Header) string {
	switch h.Typeflag {
	case tar.TypeReg, '\\x00', tar.TypeCont, tar.TypeGNUSparse:
		return "-"
	case tar.TypeDir:
		return "d"
	case tar.TypeSymlink:
		return "l"
	case tar.TypeLink:
		return "h"
	}
	return "?"
}

func show(out *bufio.Writer, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	in := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		crc := "-"
		var bad error
		if kind(h) == "-" && h.Size <= 256<<20 {
			sum := crc32.NewIEEE()
			_, bad = io.Copy(sum, in)
			crc = fmt.Sprintf("%08x", sum.Sum32())
		}
		if bad != nil {
			return bad
		}
		fmt.Fprintf(out, "%s\\t%s\\t%d\\t%s\\t%s\\n", kind(h), name(h.Name), h.Size, name(h.Linkname), crc)
	}
}

func main() {
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		if err := show(out, in.Text()); err != nil {
			fmt.Fprintf(out, "= bad %q\\n", err.Error())
		} else {
			fmt.Fprintln(out, "= ok")
		}
	}
}
"""


def go_reader():
    """Go's archive/tar: what container engines unpack with."""
    if not shutil.which("go"):
        print("go: skipped, not installed")
        return None
    folder = os.path.join(FOLDER.name, "go")
    os.mkdir(folder)
    for file, text in (("main.go", GO), ("go.mod", "module readtar\n\ngo 1.18\n")):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
            out.write(text)
    env = dict(os.environ, GOPROXY="off", GOTOOLCHAIN="local", GOFLAGS="", GOPATH=f"{folder}/path",
               GOMODCACHE=f"{folder}/path/pkg/mod", GOCACHE=f"{folder}/cache", XDG_CONFIG_HOME=f"{folder}/config")
    binary = os.path.join(folder, "readtar")
    done = subprocess.run(["go", "build", "-o", binary, "."], cwd=folder, env=env, check=False,
                          capture_output=True)
    if done.returncode:
        print("go: skipped, go build fails:", (done.stderr.decode().strip().splitlines() or ["it says nothing"])[-1])
        return None
    return printed_by(binary)


class Libarchive:
    """bsdtar's library."""
    KINDS = {0o100000: "-", 0o040000: "d", 0o120000: "l"}

    def __init__(self, name):
        self.lib = ctypes.CDLL(name)
        for function, result in (("archive_read_new", ctypes.c_void_p),
                                 ("archive_entry_pathname", ctypes.c_char_p),
                                 ("archive_entry_hardlink", ctypes.c_char_p),
                                 ("archive_entry_symlink", ctypes.c_char_p),
                                 ("archive_entry_size", ctypes.c_int64),
                                 ("archive_entry_filetype", ctypes.c_uint),
                                 ("archive_error_string", ctypes.c_char_p),
                                 ("archive_read_data", ctypes.c_ssize_t)):
            getattr(self.lib, function).restype = result
        self.buffer = ctypes.create_string_buffer(1 << 16)

    def content(self, archive):
        crc = size = 0
        while (got := self.lib.archive_read_data(archive, self.buffer, len(self.buffer))) > 0:
            crc, size = zlib.crc32(self.buffer.raw[:got], crc), size + got
        return (crc, size, "ok" if got == 0 else "bad body")

    def read_one(self, path):
        lib, entries = self.lib, []
        archive, entry = ctypes.c_void_p(lib.archive_read_new()), ctypes.c_void_p()
        lib.archive_read_support_format_tar(archive)
        try:
            if lib.archive_read_open_filename(archive, path.encode(), ctypes.c_size_t(10240)):
                return entries, "bad open"
            while True:
                code = lib.archive_read_next_header(archive, ctypes.byref(entry))
                if code == 1:
                    return entries, "ok"
                if code < -20:  # below a warning
                    return entries, "bad " + str(lib.archive_error_string(archive))
                name = lib.archive_entry_pathname(entry)
                hard = lib.archive_entry_hardlink(entry)
                link = hard or lib.archive_entry_symlink(entry) or b""
                kind = "h" if hard else self.KINDS.get(lib.archive_entry_filetype(entry), "?")
                crc, size, verdict = self.content(archive)
                if verdict != "ok":
                    return entries, verdict
                if name is not None:
                    entries.append((kind, name, lib.archive_entry_size(entry) if kind == "-" else 0,
                                    link, crc if kind == "-" else None))
        finally:
            lib.archive_read_free(archive)

    def __call__(self, paths):
        return [self.read_one(path) for path in paths]


def libarchive_reader():
    name = ctypes.util.find_library("archive")
    return Libarchive(name) if name else None


ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}


def c_string(text):
    """GNU's --quoting-style=c"""
    out = bytearray()
    for match in re.finditer(rb'\\([0-7]{3})|\\(.)|([^\\])', text, re.S):
        octal, letter, plain = match.groups()
        out.append(int(octal, 8) if octal else ESCAPES[letter.decode()] if letter else plain[0])
    return bytes(out)


GNU_LINE = re.compile(rb'^(.)\S{9}\S* +\S+ +([\d,]+) +\S+ +\S+ +"((?:[^"\\]|\\.)*)"'
                      rb'(?: (->|link to) "((?:[^"\\]|\\.)*)")?$')


def gnu_one(path):
    listed = subprocess.run(["tar", "--quoting-style=c", "--numeric-owner", "--full-time", "-tvPf", path],
                            capture_output=True, check=False, env={**os.environ, "LC_ALL": "C", "TZ": "UTC"})
    entries = []
    for line in listed.stdout.split(b"\n")[:-1]:
        match = GNU_LINE.match(line)
        if not match:
            return entries, "bad line " + repr(line)
        kind, size, name, arrow, link = match.groups()
        kind = {"-": "-", "C": "-", "d": "d", "l": "l", "h": "h"}.get(kind.decode(), "?")
        entries.append((kind, c_string(name), int(size) if kind == "-" else 0,
                        c_string(link) if arrow else b"", None))
    return entries, "ok" if listed.returncode == 0 else "bad " + repr(listed.stderr[-200:])


def gnu_reader():
    version = subprocess.run(["tar", "--version"], capture_output=True, check=False).stdout
    return (lambda paths: [gnu_one(path) for path in paths]) if b"GNU tar" in version else None


def gnu_bodies(path):
    """The checksum of all bodies, one after the other."""
    done = subprocess.run(["tar", "-xOPf", path], capture_output=True, check=False)
    return zlib.crc32(done.stdout)
