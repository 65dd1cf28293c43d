# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share: running the program, and making images."""
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile

BIN = os.environ.get("ASSAY_BIN", "build/dev/assay")
SOURCE = os.environ.get("ASSAY_SOURCE", os.getcwd())
AS_OF = "2026-11-22"


class Skip(Exception):
    """The case cannot run here; the text says why."""


def shared(path):
    root = os.environ.get("ASSAY_SHARED", os.path.join(SOURCE, "..", "shared"))
    full = os.path.join(root, path)
    if not os.path.exists(full):
        raise Skip("no shared test data on this machine (ASSAY_SHARED)")
    return full


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.code}\n{self.out[-3000:]}\n{self.err[-3000:]}"


def assay(*words, stdin=None, env=None, timeout=240):
    done = subprocess.run([BIN, *words], input=stdin, capture_output=True, timeout=timeout,
                          env={**os.environ, **(env or {})}, check=False)
    return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))


def scan(target, *words, **more):
    return assay("scan", target, "--format", "json", "--as-of", AS_OF, *words, **more)


def expect(run, code):
    assert run.code == code, f"expected exit {code}, got {run!r}"
    return run


def one_line(run, *parts):
    """Standard error is one clear line that names all of these."""
    lines = [line for line in run.err.splitlines() if not line.startswith("'assay ")]
    assert len(lines) == 1, repr(run)
    for part in parts:
        assert part in lines[0], f"{part!r} is not in {lines[0]!r}"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def entry(name, data=b"", kind=tarfile.REGTYPE, link="", mode=0o644, **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def tar(*entries):
    """A tar of (TarInfo, bytes) pairs, or of (name, text) ones."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for item in entries:
            info, data = item if isinstance(item[0], tarfile.TarInfo) else entry(
                item[0], item[1].encode() if isinstance(item[1], str) else item[1])
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def image_config(layers, history=None, **more):
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-10-01T00:00:00Z",
        "config": more.pop("config", {}),
        "rootfs": {"type": "layers", "diff_ids": [sha256(layer) for layer in layers]},
        "history": history or [{"created_by": f"RUN step {i}"} for i in range(len(layers))], **more,
    }).encode()


def docker_archive(path, layers, config=None, tags=("test:latest",), stored=None):
    """As `docker save` writes it; `stored` replaces the layers' bytes in the archive."""
    config = config or image_config(layers)
    name = hashlib.sha256(config).hexdigest() + ".json"
    files = [(f"{i}/layer.tar", data) for i, data in enumerate(stored or layers)]
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": [file for file, _ in files]}]
    with open(path, "wb") as out:
        out.write(tar(*files, (name, config), ("manifest.json", json.dumps(manifest))))
    return path


def oci_layout(path, layers, config=None, compress=gzip.compress, damage=None, platform=None):
    """A folder; `damage` names the index of a layer whose blob gets one byte more."""
    config = config or image_config(layers)
    os.makedirs(f"{path}/blobs/sha256")

    def put(data, extra=b""):
        digest = sha256(data)
        with open(f"{path}/blobs/sha256/{digest[7:]}", "wb") as out:
            out.write(data + extra)
        return {"digest": digest, "size": len(data)}

    blobs = [compress(layer) for layer in layers]
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **put(config)},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    **put(blob, b"x" if i == damage else b"")} for i, blob in enumerate(blobs)],
    }).encode()
    described = {"mediaType": "application/vnd.oci.image.manifest.v1+json", **put(manifest)}
    if platform:
        described["platform"] = platform
    index = {"schemaVersion": 2, "manifests": [described]}
    with open(f"{path}/index.json", "w", encoding="utf-8") as out:
        json.dump(index, out)
    with open(f"{path}/oci-layout", "w", encoding="utf-8") as out:
        out.write('{"imageLayoutVersion":"1.0.0"}')
    return path


APK_DB = "lib/apk/db/installed"
ALPINE = 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'


def apk(name, version, origin=None, files=()):
    rows = [f"P:{name}", f"V:{version}", "A:x86_64", "L:MIT", f"o:{origin or name}"]
    for file in files:
        folder, base = file.rsplit("/", 1)
        rows += [f"F:{folder}", f"R:{base}"]
    return "\n".join(rows) + "\n\n"


def alpine_layer(*packages):
    return tar(("etc/os-release", ALPINE), (APK_DB, "".join(packages)))
