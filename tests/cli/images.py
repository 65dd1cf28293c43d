# SPDX-License-Identifier: Apache-2.0
"""Random images, always the same of one seed, and what has to be in them: a small model of how layers
are laid upon each other, in which a path is a node and a hard link the same node again."""
import random
import tarfile
import zipfile
import io

from assay import ALPINE, apk, entry, tar
from engine import dist_info, package_json

DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n'
NPM = [("lodash", ["4.17.15", "4.17.20", "4.17.21"]), ("minimist", ["0.0.8", "1.2.0", "1.2.8"]),
       ("qs", ["6.5.0", "6.11.0"]), ("@scope/left", ["1.0.0"])]
PYTHON = [("Django", ["3.2.0", "4.2.1"]), ("requests", ["2.19.0", "2.32.0"]), ("PyYAML", ["5.3", "6.0"])]
GEMS = [("rack", ["2.0.1", "3.0.0"]), ("actionpack", ["6.0.0"])]
OS = [("libssl3", "openssl", ["3.3.2-r0", "3.3.1-r0", "3.3.9-r9"]), ("busybox", "busybox", ["1.36.1-r28", "1.36.1-r29"]),
      ("zlib", "zlib", ["1.3.1-r1"]), ("libcurl4", "curl", ["7.88.1-10", "7.88.1-10+deb12u9"])]
ROOTS = ["app", "srv/x y", "opt/deep/er", "usr/lib", "home/\xe4\u1234", "new\nline", "bytes\udcff\udcfe", "q'\"\\",
         "n" * 250, "usr/local/lib"]


class Image:
    def __init__(self, seed):
        self.r = random.Random(f"image {seed}")
        self.debian = self.r.random() < .4
        self.os_packages = {}
        self.layers, self.tree = [], {}
        self.for_umoci = True
        self.loadable = True  # by an engine: the names in it are tame
        self.database = self.r.choice(["plain", "plain", "link", "far link"])
        for number in range(self.r.choice([1, 2, 3, 5])):
            self.layer(number)

    # The model.
    def hide(self, path, below_only):
        for known in [p for p in self.tree if p.startswith(path + "/") or (p == path and not below_only)]:
            del self.tree[known]

    def bring(self, path, node):
        parts = path.split("/")
        for i in range(1, len(parts)):
            above = "/".join(parts[:i])
            if self.tree.get(above, ("d",))[0] != "d":
                self.for_umoci = False  # it refuses what no entry made a folder
                self.hide(above, False)
            self.tree.setdefault(above, ("d",))
        if node[0] != "d" or self.tree.get(path, ("d",))[0] != "d":
            self.hide(path, False)
        self.tree[path] = node

    # The making of a layer: `hidden` and then `brought`, whatever their order in the archive.
    def layer(self, number):
        r = self.r
        self.hidden, self.brought, self.done, self.hides = [], [], set(), []
        if number:
            for _ in range(r.choice([0, 1, 2])):
                self.whiteout()
        if number == 0 or r.random() < .5:
            self.os_layer(number)
        for _ in range(r.choice([1, 2, 4])):
            r.choice([self.npm, self.python, self.gem, self.jar])()
        for _ in range(r.choice([0, 1, 3])):
            r.choice([self.noise, self.replace, self.hard_link, self.symlink, self.again, self.hostile])()
        first = r.random() < .6
        entries = self.hidden + self.brought if first else self.brought + self.hidden
        if self.hidden and not first:
            self.for_umoci = False  # it hides in the order of the archive
        self.layers.append(tar(*entries))

    def put(self, path, data, **more):
        data = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        if any(self.blocked(path, known) for known in self.done):
            return
        self.done.add(path)
        spelled = self.r.choice(["", "", "./", "/"]) + path
        folder = path.rpartition("/")[0]
        if self.r.random() < .1 and "folder " + folder not in self.done:
            self.done.add("folder " + folder)
            self.brought.append(entry(folder + "/", kind=tarfile.DIRTYPE, mode=0o755))
        self.brought.append(entry(spelled, data, **more))
        self.bring(path, ("f", data))

    def blocked(self, path, known):
        """Entries of one layer that stand in each other's way are told of by `again` alone."""
        if known.startswith("folder "):
            return (known[7:] + "/").startswith(path + "/")
        return path == known or path.startswith(known + "/") or known.startswith(path + "/")

    def whiteout(self):
        r, folders = self.r, [p for p, n in self.tree.items() if n[0] == "d" and "/" in p]
        whole = [p for p in self.tree if not p.startswith(("etc", "lib", "var"))]
        if r.random() < .4 and folders:
            path = r.choice(sorted(folders))
            if path.startswith(("etc", "lib", "var")) or any(self.blocked(path, h) for h in self.hides):
                return
            self.hides.append(path)
            self.done.add("folder " + path)
            self.hidden.append(entry(path + "/", kind=tarfile.DIRTYPE, mode=0o755))
            self.hidden.append(entry(path + "/.wh..wh..opq"))
            self.hide(path, True)
        elif whole:
            path = r.choice(sorted(whole))
            head, _, tail = path.rpartition("/")
            if len(tail.encode("utf-8", "surrogateescape")) > 240 or any(self.blocked(path, h) for h in self.hides):
                return
            self.hides.append(path)
            self.hidden.append(entry((head + "/" if head else "") + ".wh." + tail))
            self.hide(path, False)
            self.done.add(path)  # nothing is put where the same layer hides: engines differ
        if r.random() < .2:
            self.hidden.append(entry("gone/.wh.never was"))
            self.done.add("gone/never was")

    def os_layer(self, number):
        r = self.r
        if number == 0:
            self.put("etc/os-release", DEBIAN if self.debian else ALPINE)
        for name, source, versions in r.sample(OS, r.randint(1, len(OS))):
            if r.random() < .2:
                self.os_packages.pop(name, None)
            else:
                self.os_packages[name] = (source, r.choice(versions))
        if self.debian:
            text = "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nSource: {s} ({v})\n"
                           f"Version: {v}\nDescription: x\n\n" for n, (s, v) in sorted(self.os_packages.items()))
            path = "var/lib/dpkg/status"
        else:
            text = "".join(apk(n, v, s) for n, (s, v) in sorted(self.os_packages.items()))
            path = "lib/apk/db/installed"
        if self.database == "plain":
            self.put(path, text)
            return
        real = "opt/db/" + path.rsplit("/", 1)[1]
        if number == 0:
            up = "../" * path.count("/")
            target = "/" + real if self.database == "far link" else up + real
            self.brought.append(entry(path, kind=tarfile.SYMTYPE, link=target))
            self.done.add(path)
            self.bring(path, ("l", target))
        self.put(real, text)

    def npm(self):
        name, versions = self.r.choice(NPM)
        self.put(f"{self.r.choice(ROOTS)}/node_modules/{name}/package.json", package_json(name, self.r.choice(versions)))

    def python(self):
        name, versions = self.r.choice(PYTHON)
        path, text = dist_info(name, self.r.choice(versions))
        self.put(path.replace("usr/lib", self.r.choice(["usr/lib", "opt/venv/lib", "new\nline"])), text)

    def gem(self):
        name, versions = self.r.choice(GEMS)
        version = self.r.choice(versions)
        self.put(f"usr/lib/ruby/gems/3.1.0/specifications/{name}-{version}.gemspec",
                 f'Gem::Specification.new do |s|\n  s.name = "{name}"\n  s.version = "{version}"\nend\n')

    def jar(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", self.r.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as jar:
            jar.writestr(zipfile.ZipInfo("META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties"),
                         "groupId=org.apache.logging.log4j\nartifactId=log4j-core\nversion=2.14.1\n")
        self.put(f"{self.r.choice(ROOTS)}/log4j-core-2.14.1.jar", out.getvalue())

    def noise(self):
        r = self.r
        self.put(f"{r.choice(ROOTS)}/{r.choice(['a', 'b', 'c' * 250, ' ', 'd.so'])}", r.randbytes(r.choice([0, 3, 600, 9000])))

    def files(self):
        return sorted(p for p, n in self.tree.items() if n[0] == "f" and not p.startswith(("etc", "lib", "var")))

    def replace(self):
        """A file by a folder, a folder by a file."""
        r, known = self.r, sorted(p for p in self.tree if not p.startswith(("etc", "lib", "var", "opt/db")) and "/" in p)
        if not known:
            return
        path = r.choice(known)
        if any(self.blocked(path, done) for done in self.done):
            return
        if self.tree[path][0] == "d":
            self.put(path, "now a file")
            return
        if r.random() < .7:
            self.done.add("folder " + path)
            self.brought.append(entry(path + "/", kind=tarfile.DIRTYPE, mode=0o755))
            self.bring(path, ("d",))
        self.put(path + "/inside", "in a folder now")

    def hard_link(self):
        """To a file of the same layer: over a layer's border engines cannot unpack it. The name it had
        may say nothing (blob); of a file that is a package by each of its names an archive tells both
        under either, a folder each under its own, and so there is none here."""
        blob, path = f"{self.r.choice(ROOTS)}/blob", f"{self.r.choice(ROOTS)}/node_modules/linked/package.json"
        self.put(blob, package_json("linked", "1.0.0"))
        here = sorted(p for p in self.done if self.tree.get(p, ("?",))[0] == "f" and p.endswith("blob"))
        if not here or any(self.blocked(path, done) for done in self.done):
            return
        target = self.r.choice(here)
        self.done.add(path)
        self.brought.append(entry(path, kind=tarfile.LNKTYPE, link=self.r.choice(["", "./"]) + target))
        self.bring(path, self.tree[target])

    def symlink(self):
        path = f"{self.r.choice(ROOTS)}/link"
        if any(self.blocked(path, done) for done in self.done):
            return
        target = self.r.choice(["/", "..", "loop", "../../../../../../etc/shadow", "/app/node_modules", "nowhere"])
        self.done.add(path)
        self.brought.append(entry(path, kind=tarfile.SYMTYPE, link=target))
        self.bring(path, ("l", target))

    def again(self):
        """The same path once more, with other content: the last holds."""
        path = f"{self.r.choice(ROOTS)}/node_modules/twice/package.json"
        if any(self.blocked(path, done) for done in self.done):
            return
        self.done.add(path)
        self.loadable = False  # Docker refuses it
        for version in ("1.0.0", "2.0.0"):
            data = package_json("twice", version).encode()
            self.brought.append(entry(path, data))
            self.bring(path, ("f", data))

    def hostile(self):
        """Climbs out of the image, as far as its root."""
        path = "hostile/node_modules/minimist/package.json"
        if path in self.done:
            return
        self.done.add(path)
        self.loadable = False
        data = package_json("minimist", "0.0.8").encode()
        self.brought.append(entry("../../" + path, data))
        self.bring(path, ("f", data))

    def flat(self):
        """The file system that is left, as one archive."""
        rows, first = [], {}
        for path, node in sorted(self.tree.items(), key=lambda row: ("linked/" in row[0], row)):
            if node[0] == "d":
                rows.append(entry(path + "/", kind=tarfile.DIRTYPE, mode=0o755))
            elif node[0] == "l":
                rows.append(entry(path, kind=tarfile.SYMTYPE, link=node[1]))
            elif id(node) in first:
                rows.append(entry(path, kind=tarfile.LNKTYPE, link=first[id(node)]))
            else:
                first[id(node)] = path
                rows.append(entry(path, node[1]))
        return tar(*rows)

    def npm_expected(self):
        """(name, version) of every npm package that is left: read without us."""
        import json
        found = set()
        for path, node in self.tree.items():
            if path.endswith("/package.json") and "/node_modules/" in path and node[0] == "f":
                try:
                    data = json.loads(node[1])
                    found.add((data["name"], data["version"]))
                except (ValueError, KeyError):
                    pass
        return found
