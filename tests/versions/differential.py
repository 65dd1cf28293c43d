#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks us and the native implementations about the same pairs of versions.

usage: differential.py VERSIONS_COMPARE [PAIRS [SEED [SCHEME...]]]

A pair is made of a grammar's pieces, of real versions (from the shared test data, if there is any)
and of mutations of both, always the same for one seed. Uses what is installed and fetches nothing;
a native that is missing is named. Exit 1 where an answer differs, 77 where there was no native at
all. From a million pairs on the feeds are read for real versions, too.
"""
import os
import random
import re
import sys
import zipfile

import natives
from natives import lines, run

NUMBERS = ["0", "1", "2", "3", "9", "10", "11", "00", "01", "010", "20240101"]
LETTERS = ["a", "b", "c", "z", "A", "rc", "x"]
BATCH = 100_000
LONG = 500_000  # pairs from which on the feeds are worth reading


# What the pairs are made of: pieces, and how often a whole version of a typical shape is made.

def joined(pieces, most=7):
    return lambda r: "".join(r.choice(pieces) for _ in range(r.randint(1, most)))


def shaped(start, pieces, most=5):
    def make(r):
        v = start(r)
        for _ in range(r.randint(0, most)):
            v += r.choice(pieces)
        return v
    return make


def dotted(r, least=1, most=4):
    return ".".join(r.choice(NUMBERS) for _ in range(r.randint(least, most)))


def semver_like(least, most, zeros=False):
    numbers = NUMBERS if zeros else [n for n in NUMBERS if n == "0" or n[0] != "0"]

    def make(r):
        v = ".".join(r.choice(numbers) for _ in range(r.randint(least, most)))
        if r.random() < .6:
            v += "-" + ".".join(r.choice(["0", "1", "10", "a", "alpha", "rc", "rc1", "B", "x-y", "-"])
                                for _ in range(r.randint(1, 3)))
        if r.random() < .2:
            v += "+" + r.choice(["1", "build.2", "b"])
        return v
    return make


def go_version(r):
    return "v" + semver_like(3, 3)(r) if r.random() < .8 else f"v{r.randint(0, 3)}"


def npm_version(r):
    v = semver_like(3, 3)(r)
    if r.random() < .2:
        v = v.replace("-", "", 1)
    return r.choice(["", "", "", "v", "=", "= v"]) + v


def npm_range(r):
    def partial():
        return r.choice([str(r.randint(0, 3)), f"{r.randint(0, 3)}.{r.randint(0, 3)}", "1.x", "*", "x",
                         "1.2.x", "2.*", "v1.2.3", "=1.0.0"] +
                        [f"{r.randint(0, 2)}.{r.randint(0, 2)}.{r.randint(0, 3)}" +
                         r.choice(["", "", "-a", "-a.1", "-rc.2", "+b"])] * 8)

    def one():
        if r.random() < .1:
            return partial() + " - " + partial()
        return " ".join(r.choice(["", "^", "~", ">", "<", ">=", "<=", "=", "~>", ">= ", "^ "]) + partial()
                        for _ in range(r.choice([0, 1, 1, 1, 2, 2])))
    return " || ".join(one() for _ in range(r.choice([1, 1, 1, 2, 3])))


def npm_exact(r):
    return f"{r.randint(0, 3)}.{r.randint(0, 3)}.{r.randint(0, 4)}" + \
        r.choice(["", "", "-a", "-a.1", "-a.2", "-rc.1", "-rc.2", "-rc.3", "-0"])


PEP440 = shaped(lambda r: r.choice(["", "", "", "1!", "v", "0!"]) + dotted(r),
                ["a1", "b", "rc2", ".dev1", "dev", ".post1", "-1", "post", "r3", "-r.4", "_alpha-1", "c0",
                 ".preview2", "+l", "+1.a", "+a-2.0", ".", "-", "_", "pre"], 3)

four_numbers = re.compile(r"^[v= ]*\d+\.\d+\.\d+\.")
php_ends = re.compile(r"^v?\d([^#]*[0-9A-Za-z])?$")  # at separators and # its order is not symmetric
huge = re.compile(r"\d{19}")  # beyond 63 bits, where PHP, Go and apk lose digits

def words(pieces, most=4):
    """Separated by what the scheme separates with: nearly always well-formed."""
    return lambda r: dotted(r) + "".join(r.choice(pieces) for _ in range(r.randint(0, most)))


APK = words(["a", "z", "_alpha", "_beta2", "_pre1", "_rc", "_rc10", "_p", "_p1", "_git20240101", "_cvs",
             "_svn2", "_hg", "~12ab", "~0f", "-r0", "-r1", "-r10", "-r01", ".0", ".01", ".9", "b", "_foo",
             "-r", "-1", "_"])
PORTAGE = words(["a", "z", "_alpha", "_beta2", "_pre1", "_rc", "_rc10", "_p", "_p1", "_p0", "_p20240101",
                 "-r0", "-r1", "-r10", "-r01", ".0", ".01", ".010", ".9"])
ALPM = shaped(lambda r: r.choice(["", "", "", "0:", "1:"]) + r.choice(NUMBERS),
              NUMBERS + LETTERS + [".", ".", ".", "..", "_", "+", "-1", "-2", "-1.1", "r12", ".g1f"], 7)

# name, maker of versions, native, and what of the native is deliberately not followed
CASES = [
    ("dpkg", shaped(lambda r: r.choice(["", "", "", "0:", "1:"]) + r.choice(NUMBERS),
                    NUMBERS + LETTERS + [".", ".", ".", "~", "~", "+", "-1", "-0", "-a", "-~"], 7),
     # its library reads an epoch with strtol, so that "+1:" and "-0:" are some
     natives.native_dpkg, lambda a, b: a[-1] == ":" or b[-1] == ":" or a[0] in "+-" or b[0] in "+-"),
    ("rpm", joined(NUMBERS + LETTERS + [".", ".", ".", "-", "~", "^", "+", "_", "1:"]), natives.native_rpm,
     None),
    # apk 2 counted the zeros in front and read the rest as a number, apk 3 reads a fraction, as we do
    ("apk", APK, natives.native_apk,
     lambda a, b: ".00" in a + b or all(re.search(r"\.0\d", v) for v in (a, b)) or
     huge.search(a + " " + b)),
    ("alpm", ALPM, natives.native_alpm, None),
    ("portage", PORTAGE, natives.native_portage, None),
    ("pep440", PEP440, natives.native_packaging, None),
    # npm's loose reading takes 1.2.34.5 for 1.2.3-4.5
    ("semver", npm_version, natives.native_semver,
     lambda a, b: four_numbers.search(a) or four_numbers.search(b)),
    ("go", go_version, natives.native_go, None),
    # words and "-0" are pre-releases in its feed, whatever its library says: see semver_like.c
    ("bitnami", semver_like(3, 3), natives.native_bitnami,
     lambda a, b: any(re.search(r"^[^+]*?-([^0-9]|0+(\+|$)|.*\b[xX*]\b)", v) for v in (a, b)) or
     huge.search(a + " " + b)),
    ("nuget", semver_like(1, 4), natives.native_nuget, None),
    ("nuget", semver_like(3, 3), natives.native_nuget_words, None),
    # a word behind a dot with digits behind it, against one behind a dash: see maven.c
    ("maven", joined(NUMBERS + ["."] * 6 + ["-"] * 4 +
                     ["alpha", "a", "beta", "b", "m", "milestone", "rc", "CR", "SNAPSHOT", "final", "ga",
                      "release", "sp", "foo", "Bar", "_"], 8), natives.native_maven,
     lambda a, b: dotted_word(a) or dotted_word(b)),
    ("rubygems", shaped(dotted, [".a", ".b2", "rc", ".0", ".0.0", ".1", "-x", "-1", ".pre.1", "-a.b"], 4),
     natives.native_rubygems, None),
    ("composer", shaped(lambda r: r.choice(["", "v"]) + dotted(r),
                        ["a1", "-b2", "RC1", "-rc", "-dev", ".1", "-p1", "pl2", "_3", "+4", "-foo", "ALPHA",
                         "-beta.2"], 3), natives.native_composer,
     lambda a, b: not (php_ends.match(a) and php_ends.match(b)) or huge.search(a + " " + b)),
    ("cran", shaped(dotted, ["-0", "-1", "-10", ".0", ".01", "-2.1"], 2), natives.native_cran, None),
    ("hackage", lambda r: dotted(r, 1, 6), natives.native_hackage, None),
    ("range", None, natives.native_range, None),
]

# Where the shared test data has versions of a scheme: the file of pairs, the feeds of OSV.
REAL = {
    "dpkg": ("debian", ["Debian"]), "rpm": ("redhat", ["AlmaLinux"]), "apk": ("alpine", ["Alpine"]),
    "alpm": ("debian", ["Debian", "AlmaLinux"]), "portage": ("alpine", ["Alpine"]),
    "pep440": ("pypi", ["PyPI"]), "semver": ("semver", ["npm", "crates.io"]), "go": ("semver", ["Go"]),
    "bitnami": ("semver", ["Bitnami"]), "nuget": ("nuget", ["NuGet", "npm"]),
    "maven": ("maven", ["Maven"]), "rubygems": ("rubygems", ["RubyGems"]),
    "composer": ("packagist", ["Packagist"]), "cran": ("cran", []), "hackage": ("hackage", []),
}


def dotted_word(v):
    parts = v.replace("-", ".-").split(".")
    return any(p and not p[0].isdigit() and p[0] != "-" and any(c.isdigit() for c in p)
               for p in parts[1:])


def plain(version):
    return version.isascii() and version.isprintable() and 0 < len(version) < 200 and " " not in version


def real_versions(name, with_feeds):
    """What the shared test data knows; nothing where there is none."""
    shared = os.environ.get("ASSAY_SHARED") or os.path.join(
        os.environ.get("ASSAY_SOURCE", os.path.join(os.path.dirname(__file__), "..", "..")),
        "..", "shared")
    file, feeds = REAL.get(name, (None, []))
    found, path = set(), os.path.join(shared, f"fixtures/versions/{file}.txt")
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as rows:
            for row in rows:
                found.update(row.split()[0:3:2] if row[0] not in "#/" else [])
    for feed in feeds if with_feeds else []:
        path = os.path.join(shared, f"feeds/osv/{feed}/all.zip")
        if os.path.exists(path):
            with zipfile.ZipFile(path) as records:
                for record in records.namelist():
                    found.update(re.findall(r'"(?:introduced|fixed|last_affected)": ?"([^"\\]+)"',
                                            records.read(record).decode("utf-8", "replace")))
    if name == "go":
        found = {"v" + v for v in found}
    return sorted(filter(plain, found))


def mutate(r, v, other, alphabet):
    """One small change, of the kinds that tell two readings of a version apart."""
    at, to = sorted((r.randrange(len(v) + 1), r.randrange(len(v) + 1)))
    kind = r.randrange(9)
    if kind == 0:
        return v[:at] + r.choice(alphabet) + v[at:]
    if kind == 1:
        return v[:at] + v[at + 1:]
    if kind == 2:
        return v[:at] + r.choice(alphabet) + v[at + 1:]
    if kind == 3:  # a piece again
        return v[:to] + v[at:to] + v[to:]
    if kind == 4:  # the end of another
        return v[:at] + other[r.randrange(len(other)):]
    if kind == 5:  # a number by another, or with zeros before it
        return re.sub(r"\d+", lambda m: r.choice(["0", "1", "00", "0" + m[0], m[0] + "0", "9" * 20,
                                                  str(int(m[0][:18]) + 1)])
                      if r.random() < .4 else m[0], v)
    if kind == 6:
        return v + r.choice(alphabet) + r.choice(["", "1", "0", "a"])
    if kind == 7:
        return v.swapcase() if r.random() < .3 else v[:at]
    return v[:at] + v[to:]


def make_pairs(r, make, real, count):
    if make is None:
        return [(npm_range(r), npm_exact(r)) for _ in range(count)]
    sample = "".join(make(r) for _ in range(300)) + "".join(r.choice(real) for _ in range(100) if real)
    alphabet = sorted(set(sample))
    pairs = []

    def one():
        return r.choice(real) if real and r.random() < .5 else make(r)
    while len(pairs) < count:
        a, b, kind = one(), one(), r.random()
        if kind < .25:  # a common beginning
            b = a[:r.randint(1, len(a))] + r.choice(["", b[:3], b[-2:]])
        elif kind < .75:
            b = mutate(r, a, b, alphabet)
            if kind < .35:
                a = mutate(r, a, b or a, alphabet)
        if plain(a) and plain(b):
            pairs.append((a, b))
    return pairs


def compare(ours, name, ask, excused, pairs):
    theirs, mine = ask(pairs), run([ours, name], lines(pairs))
    if len(theirs) != len(pairs) or len(mine) != len(pairs):
        raise RuntimeError(f"{name}: {len(pairs)} pairs, {len(theirs)} and {len(mine)} answers")
    refused = sum(t == "!" for t in theirs)
    skips = {p for p in pairs if excused(*p)} if excused else set()
    bad = [(p, m, t) for p, m, t in zip(pairs, mine, theirs)
           if t != m and (t != "!" or name == "range") and p not in skips]
    return refused, len(skips), bad


def main():
    ours = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20240229
    wrong = asked = 0
    for name, make, native, excused in CASES:
        if sys.argv[4:] and name not in sys.argv[4:]:
            continue
        ask = native()
        if not ask:
            print(f"{name}: skipped, no native implementation here")
            continue
        r, real = random.Random(f"{seed} {name}"), real_versions(name, count >= LONG)
        refused = skips = done = 0
        bad = []
        while done < count:
            pairs = make_pairs(r, make, real, min(BATCH, count - done))
            more = compare(ours, name, ask, excused, pairs)
            refused, skips, done = refused + more[0], skips + more[1], done + len(pairs)
            bad += more[2]
        asked += 1
        wrong += len(bad)
        print(f"{name}: {done} pairs, {refused} refused by the native, {skips} excused, "
              f"{len(bad)} differ", flush=True)
        for (a, b), m, t in sorted(bad, key=lambda x: (len(x[0][0] + x[0][1]), x[0]))[:20]:
            print(f"    {a!r} {b!r}: {m}, native {t}")
    if not asked:
        print("no native implementation is installed")
        sys.exit(77)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
