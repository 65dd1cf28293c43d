#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks us and the native implementations about the same random pairs.

usage: differential.py VERSIONS_COMPARE [PAIRS [SEED]]

Uses what is installed and fetches nothing; a native that is missing is named. Exit 1 where an
answer differs, 77 where there was no native at all.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

NUMBERS = ["0", "1", "2", "3", "9", "10", "11", "00", "01", "010", "20240101"]
LETTERS = ["a", "b", "c", "z", "A", "rc", "x"]


def run(argv, text):
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip()[-400:]}")
    return done.stdout.split("\n")[:-1]


def lines(pairs):
    return "".join(f"{a}\t{b}\n" for a, b in pairs)


# Natives: None if missing, else a function from pairs to answers; "!" is "refused".

def native_dpkg():
    # One process a pair: perl's Dpkg has the same rules in one process where it is installed.
    if not shutil.which("dpkg"):
        return None
    perl = "use Dpkg::Version; while (<>) { chomp; my ($a, $b) = split /\\t/; " \
        "my $r = eval { version_compare($a, $b) }; " \
        "print defined $r ? ('<', '=', '>')[$r + 1] : '!', \"\\n\" }"
    if subprocess.run(["perl", "-MDpkg::Version", "-e1"], capture_output=True).returncode == 0:
        return lambda pairs: run(["perl", "-e", perl], lines(pairs))

    def ask(pairs):
        out = []
        for a, b in pairs:
            codes = {}
            for op in "lt", "eq":
                codes[op] = subprocess.run(["dpkg", "--compare-versions", a, op, b],
                                           capture_output=True).returncode
            out.append("!" if max(codes.values()) > 1 else
                       "<" if codes["lt"] == 0 else "=" if codes["eq"] == 0 else ">")
        return out
    return ask


def native_rpm():
    if not shutil.which("rpm"):
        return None
    probe = subprocess.run(["rpm", "--eval", '%{lua:print(rpm.vercmp("1:1-1", "2"))}'],
                           capture_output=True, text=True)
    if probe.stdout.strip() not in ("1", "-1"):
        return None

    def ask(pairs):
        with tempfile.NamedTemporaryFile("w", suffix=".tsv") as f:
            f.write(lines(pairs))
            f.flush()
            lua = f"for l in io.lines('{f.name}') do local a, b = l:match('^(.-)\\t(.*)$') " \
                "print(({'<', '=', '>'})[rpm.vercmp(a, b) + 2]) end"
            return list("".join(run(["rpm", "--eval", "%{lua:" + lua + "}"], "")))
    return ask


def native_packaging():
    for python in [sys.executable, "/usr/bin/python3"]:
        if subprocess.run([python, "-c", "import packaging.version"],
                          capture_output=True).returncode == 0:
            break
    else:
        return None
    code = """
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.rstrip("\\n").split("\\t")
    try:
        a, b = Version(a), Version(b)
        print("<" if a < b else "=" if a == b else ">")
    except InvalidVersion:
        print("!")
"""
    return lambda pairs: run([python, "-c", code], lines(pairs))


def node_semver():
    node = shutil.which("node")
    for path in [os.environ.get("ASSAY_NODE_SEMVER", ""), "/usr/share/nodejs/semver",
                 "/usr/lib/node_modules/npm/node_modules/semver",
                 "/usr/local/lib/node_modules/npm/node_modules/semver"]:
        if node and path and os.path.isdir(path):
            return node, path
    return None


def native_node(expression):
    if not node_semver():
        return None
    node, path = node_semver()
    code = f"""
const s = require({path!r});
const out = [];
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1)) {{
    const [a, b] = line.split("\\t");
    try {{ out.push({expression}); }} catch (e) {{ out.push("!"); }}
}}
console.log(out.join("\\n"));
"""
    return lambda pairs: run([node, "-e", code], lines(pairs))


def native_semver():
    return native_node('"<=>"[s.compare(a, b, true) + 1]')


def native_range():
    return native_node(
        '(new s.Range(a), s.parse(b, {}, true), s.satisfies(b, a) ? "1" : "0")')


def native_maven():
    jars = ["/usr/share/maven/lib/maven-artifact-3.x.jar", "/usr/share/java/maven-artifact-3.x.jar",
            "/usr/share/java/commons-lang3.jar", "/usr/share/maven/lib/commons-lang3.jar"]
    jars = [j for j in jars if os.path.exists(j)]
    if not shutil.which("javac") or not any("maven-artifact" in j for j in jars):
        return None
    source = """
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
class Compare {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        StringBuilder out = new StringBuilder();
        for (String line; (line = in.readLine()) != null;) {
            int tab = line.indexOf('\\t');
            int c = new ComparableVersion(line.substring(0, tab))
                .compareTo(new ComparableVersion(line.substring(tab + 1)));
            out.append(c < 0 ? '<' : c > 0 ? '>' : '=').append('\\n');
        }
        System.out.print(out);
    }
}
"""

    def ask(pairs):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "Compare.java")
            with open(path, "w") as f:
                f.write(source)
            return run(["java", "-cp", ":".join(jars), path], lines(pairs))
    return ask


def native_rubygems():
    if not shutil.which("ruby"):
        return None
    code = """
STDIN.each_line do |line|
  a, b = line.chomp.split("\\t")
  puts Gem::Version.correct?(a) && Gem::Version.correct?(b) ?
    %w[< = >][(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1] : "!"
end
"""
    return lambda pairs: run(["ruby", "-e", code], lines(pairs))


def native_composer():
    if not shutil.which("php"):
        return None
    code = 'while (($l = fgets(STDIN)) !== false) { [$a, $b] = explode("\\t", rtrim($l, "\\n")); ' \
        'echo "<=>"[version_compare(ltrim($a, "v"), ltrim($b, "v")) + 1], "\\n"; }'
    return lambda pairs: run(["php", "-r", code], lines(pairs))


def native_go():
    go = shutil.which("go")
    if not go:
        return None
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True).stdout.strip()
    library = os.path.join(root, "src/cmd/vendor/golang.org/x/mod/semver/semver.go")
    if not os.path.exists(library):
        return None
    source = """package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"compare/semver"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\\t")
		if !semver.IsValid(a) || !semver.IsValid(b) {
			fmt.Println("!")
		} else {
			fmt.Println("<=>"[semver.Compare(a, b)+1 : semver.Compare(a, b)+2])
		}
	}
}
"""

    def ask(pairs):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "semver"))
            shutil.copy(library, os.path.join(folder, "semver"))
            with open(os.path.join(folder, "go.mod"), "w") as f:
                f.write("module compare\n\ngo 1.18\n")
            with open(os.path.join(folder, "main.go"), "w") as f:
                f.write(source)
            env = dict(os.environ, GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local",
                       GOCACHE=os.path.join(folder, "cache"))
            binary = os.path.join(folder, "compare")
            subprocess.run([go, "build", "-o", binary, "."], cwd=folder, env=env, check=True)
            return run([binary], lines(pairs))
    return ask


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
php_ends = re.compile(r"^v?\d(.*[0-9A-Za-z])?$")  # at separators its order is not even symmetric

# name, maker of versions, native, and what of the native is deliberately not followed
CASES = [
    ("dpkg", shaped(lambda r: r.choice(["", "", "", "0:", "1:"]) + r.choice(NUMBERS),
                    NUMBERS + LETTERS + [".", ".", ".", "~", "~", "+", "-1", "-0", "-a", "-~"], 7),
     native_dpkg,
     # perl loses the low digits of large numbers, which dpkg itself does not
     lambda a, b: a[-1] == ":" or b[-1] == ":" or re.search(r"\d{15}", a + " " + b)),
    # rpm takes "1" and "1-" for equal; the published corpus does not
    ("rpm", joined(NUMBERS + LETTERS + [".", ".", ".", "-", "~", "^", "+", "_", "1:"]), native_rpm,
     lambda a, b: ("-" in a) != ("-" in b)),
    ("pep440", PEP440, native_packaging, lambda a, b: False),
    # npm's loose reading takes 1.2.34.5 for 1.2.3-4.5
    ("semver", npm_version, native_semver,
     lambda a, b: four_numbers.search(a) or four_numbers.search(b)),
    ("go", go_version, native_go, lambda a, b: False),
    # a word behind a dot with digits behind it, against one behind a dash: see maven.c
    ("maven", joined(NUMBERS + ["."] * 6 + ["-"] * 4 +
                     ["alpha", "a", "beta", "b", "m", "milestone", "rc", "CR", "SNAPSHOT", "final", "ga",
                      "release", "sp", "foo", "Bar", "_"], 8), native_maven,
     lambda a, b: dotted_word(a) or dotted_word(b)),
    ("rubygems", shaped(dotted, [".a", ".b2", "rc", ".0", ".0.0", ".1", "-x", "-1", ".pre.1", "-a.b"], 4),
     native_rubygems, lambda a, b: False),
    ("composer", shaped(lambda r: r.choice(["", "v"]) + dotted(r),
                        ["a1", "-b2", "RC1", "-rc", "-dev", ".1", "-p1", "pl2", "_3", "+4", "-foo", "ALPHA",
                         "-beta.2"], 3), native_composer,
     lambda a, b: not (php_ends.match(a) and php_ends.match(b))),
    ("range", None, native_range, lambda a, b: False),
]


def dotted_word(v):
    parts = v.replace("-", ".-").split(".")
    return any(p and not p[0].isdigit() and p[0] != "-" and any(c.isdigit() for c in p)
               for p in parts[1:])


def make_pairs(r, make, count):
    pairs = []
    while len(pairs) < count:
        if make is None:
            pairs.append((npm_range(r), npm_exact(r)))
            continue
        a, b = make(r), make(r)
        if r.random() < .5:  # a common beginning
            b = a[:r.randint(1, len(a))] + r.choice(["", b[:3], b[-2:]])
        pairs.append((a, b))
    return pairs


def main():
    ours = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20240229
    wrong = asked = 0
    for name, make, native, excused in CASES:
        ask = native()
        if not ask:
            print(f"{name}: skipped, no native implementation here")
            continue
        pairs = make_pairs(random.Random(f"{seed} {name}"), make, count)
        theirs, mine = ask(pairs), run([ours, name], lines(pairs))
        if len(theirs) != len(pairs) or len(mine) != len(pairs):
            raise RuntimeError(f"{name}: {len(pairs)} pairs, {len(theirs)} and {len(mine)} answers")
        refused = sum(t == "!" for t in theirs)
        skips = sum(bool(excused(*p)) for p in pairs)
        bad = [(p, m, t) for p, m, t in zip(pairs, mine, theirs)
               if t != m and (t != "!" or name == "range") and not excused(*p)]
        asked += 1
        wrong += len(bad)
        print(f"{name}: {len(pairs)} pairs, {refused} refused by the native, {skips} excused, "
              f"{len(bad)} differ")
        for (a, b), m, t in sorted(bad, key=lambda x: len(x[0][0] + x[0][1]))[:10]:
            print(f"    {a!r} {b!r}: {m}, native {t}")
    if not asked:
        print("no native implementation is installed")
        sys.exit(77)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
