# SPDX-License-Identifier: Apache-2.0
"""Executables and archives with nothing in them but what a cataloger reads."""
import io
import json
import struct
import zipfile
import zlib


def elf(sections):
    """An ELF64 file of these sections; no program headers, nothing to run."""
    names, header = b"\0", 64
    body, rows = b"", [struct.pack("<IIQQQQIIQQ", *([0] * 10))]
    for name, data in [*sections.items(), (".shstrtab", None)]:
        at = len(names)
        names += name.encode() + b"\0"
        data = names if data is None else data
        kind = 3 if name == ".shstrtab" else 1
        rows.append(struct.pack("<IIQQQQIIQQ", at, kind, 0, 0, header + len(body), len(data), 0, 0, 16, 0))
        body += data + b"\0" * (-len(data) % 16)
    head = b"\x7fELF" + bytes([2, 1, 1, 0]) + bytes(8)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, header + len(body), 0, 64, 0, 0, 64, len(rows), len(rows) - 1)
    return head + body + b"".join(rows)


def rust(*packages, text=b"\x90" * 16):
    """As cargo-auditable leaves it; https://github.com/rust-secure-code/cargo-auditable"""
    rows = [{"name": n, "version": v, "source": "crates.io"} for n, v in packages]
    rows.append({"name": "tool", "version": "0.1.0", "source": "local", "root": True})
    return elf({".text": text, ".dep-v0": zlib.compress(json.dumps({"packages": rows}).encode())})


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def go(version, main, *deps):
    """Build information as Go 1.18 and later write it, strings inline (debug/buildinfo)."""
    rows = [f"path\t{main}", f"mod\t{main}\t(devel)\t"] + [f"dep\t{n}\t{v}\th1:x" for n, v in deps]
    module = b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6" + "\n".join([*rows, ""]).encode() + \
        b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"
    data = b"\xff Go buildinf:" + bytes([8, 2]) + bytes(16)
    for text in (version.encode(), module):
        data += varint(len(text)) + text
    return elf({".text": b"\x90" * 16, ".go.buildinfo": data})


def archive(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return out.getvalue()


def jar(group, artifact, version):
    return archive(**{
        "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n\r\n",
        f"META-INF/maven/{group}/{artifact}/pom.properties":
            f"groupId={group}\nartifactId={artifact}\nversion={version}\n"})
