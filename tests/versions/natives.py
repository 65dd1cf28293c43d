# SPDX-License-Identifier: Apache-2.0
"""The native implementations of the version schemes, where they are installed.

Each function gives None if its program is missing, else a function from pairs to answers: one of
< = > for each pair, "!" where the native refuses it. Nothing is fetched.
"""
import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

FOLDER = tempfile.TemporaryDirectory(prefix="assay-natives-")


def run(argv, text, **more):
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]}: {done.stderr.strip()[-400:]}")
    return done.stdout.split("\n")[:-1]


def lines(pairs):
    return "".join(f"{a}\t{b}\n" for a, b in pairs)


def works(*argv, **more):
    try:
        return subprocess.run(argv, capture_output=True, check=False, **more).returncode == 0
    except OSError:
        return False


def piped(*argv, **more):
    return lambda pairs: run(list(argv), lines(pairs), **more)


def source(name, text):
    path = os.path.join(FOLDER.name, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def sign(order):
    return "<=>"[(order > 0) - (order < 0) + 1]


# Distributions.

LINE_LOOP = """
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *b = strchr(line, '\\t');
        line[strcspn(line, "\\n")] = 0;
        *b++ = 0;
        putchar(ask(line, b));
        putchar('\\n');
    }
    return fflush(stdout);
"""


def native_libdpkg():
    code = source("dpkg.c", """
#include <stdio.h>
#include <string.h>
#define LIBDPKG_VOLATILE_API 1
#include <dpkg/dpkg.h>
#include <dpkg/version.h>
#include <dpkg/dpkg-db.h>
static int parse(struct dpkg_version *v, const char *s)
{
    struct dpkg_error err = DPKG_ERROR_INIT;
    return parseversion(v, s, &err) < 0 && err.type == DPKG_MSG_ERROR;
}
static int ask(const char *x, const char *y)
{
    struct dpkg_version a, b;
    if (parse(&a, x) || parse(&b, y))
        return '!';
    int c = dpkg_version_compare(&a, &b);
    return c < 0 ? '<' : c > 0 ? '>' : '=';
}
int main(void) {""" + LINE_LOOP + "}\n")
    binary = os.path.join(FOLDER.name, "dpkg")
    if not works("cc", "-O1", "-w", "-o", binary, code, "-ldpkg", "-lmd"):
        return None
    return piped(binary)


def native_perl_dpkg():
    perl = "use Dpkg::Version; while (<>) { chomp; my ($a, $b) = split /\\t/; " \
        "my $r = eval { version_compare($a, $b) }; " \
        "print defined $r ? ('<', '=', '>')[$r + 1] : '!', \"\\n\" }"
    return piped("perl", "-e", perl) if works("perl", "-MDpkg::Version", "-e1") else None


def native_dpkg():
    # perl's Dpkg has the same rules, but loses the low digits of large numbers
    library = native_libdpkg()
    perl = None if library else native_perl_dpkg()
    if not perl:
        return library

    def ask(pairs):
        return ["!" if any(len(run_) > 14 for v in pair for run_ in digit_runs(v)) else answer
                for pair, answer in zip(pairs, perl(pairs))]
    return ask


def digit_runs(version):
    return "".join(c if c.isdigit() else " " for c in version).split()


def native_rpm():
    if not shutil.which("rpm"):
        return None
    probe = subprocess.run(["rpm", "--eval", '%{lua:print(rpm.vercmp("1:1-1", "2"))}'],
                           capture_output=True, text=True, check=False)
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


def native_alpm():
    name = ctypes.util.find_library("alpm")
    if not name:
        return None
    compare = ctypes.CDLL(name).alpm_pkg_vercmp
    compare.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    return lambda pairs: [sign(compare(a.encode(), b.encode())) for a, b in pairs]


def native_apk():
    """The library of an Alpine root file system, by the loader that lies beside it. What its own
    grammar forbids is refused: each release of apk orders it otherwise."""
    shared = os.environ.get("ASSAY_SHARED") or os.path.join(
        os.environ.get("ASSAY_SOURCE", os.path.join(os.path.dirname(__file__), "..", "..")),
        "..", "shared")
    image = os.path.join(shared, "fixtures/images/alpine-minirootfs-3.20.3-x86_64.tar.gz")
    if not os.path.exists(image) or os.uname().machine != "x86_64":
        return None
    with tarfile.open(image) as archive:
        for member in archive:
            if re.fullmatch(r"\./lib/[^/]+\.so[^/]*", member.name) and "/" not in member.linkname:
                archive.extract(member, os.path.join(FOLDER.name, "alpine"))
    root = os.path.join(FOLDER.name, "alpine/lib")
    code = source("apk.c", """
typedef unsigned long size_t;
int apk_version_compare(const char *, const char *);
int __libc_start_main(int (*)(int, char **), int, char **, void (*)(void), void (*)(void), void *);
typedef struct FILE FILE;
extern FILE *const stdin, *const stdout;
char *fgets(char *, int, FILE *), *strchr(const char *, int);
size_t strcspn(const char *, const char *);
int putchar(int), fflush(FILE *);
typedef struct { long len; const char *ptr; } Blob;
int apk_version_validate(Blob);
static int bad(const char *v)
{
    Blob blob = {strcspn(v, ""), v};
    return !apk_version_validate(blob);
}
static int ask(const char *a, const char *b)
{
    if (bad(a) || bad(b))
        return '!';
    switch (apk_version_compare(a, b)) {
    case 1: return '=';
    case 2: return '<';
    case 4: return '>';
    default: return '!';
    }
}
static int run(int argc, char **argv) {""" + LINE_LOOP + """}
void start(long *p) { __libc_start_main(run, (int)*p, (char **)(p + 1), 0, 0, 0); }
__asm__(".globl _start\\n_start: xor %ebp,%ebp; mov %rsp,%rdi; and $-16,%rsp; call start");
""")
    binary = os.path.join(FOLDER.name, "apk")
    libraries = [f"{root}/{f}" for f in os.listdir(root) if f.startswith(("libapk", "ld-musl"))]
    if len(libraries) != 2 or not works(
            "cc", "-O1", "-w", "-nostdlib", "-nostartfiles", "-fno-stack-protector", "-fPIE", "-pie",
            "-o", binary, code, *libraries, "-Wl,--unresolved-symbols=ignore-in-shared-libs"):
        return None
    loader = [f for f in libraries if "ld-musl" in f][0]
    os.chmod(loader, 0o755)
    grammar = re.compile(r"\d+(\.\d+)*[a-z]?(_[a-z]+\d*)*(~[0-9a-f]+)?(-r\d+)?")  # apk 2 takes more
    ask = piped(loader, "--library-path", root, binary)
    return lambda pairs: [answer if grammar.fullmatch(a) and grammar.fullmatch(b) else "!"
                          for answer, (a, b) in zip(ask(pairs), pairs)]


def native_portage():
    """$ASSAY_PORTAGE: a wheel or folder of portage that is not installed."""
    env = dict(os.environ, PYTHONPATH=os.environ.get("ASSAY_PORTAGE", ""))
    if not works(sys.executable, "-c", "import portage.versions", env=env):
        return None
    return piped(sys.executable, "-c", """
import sys
from portage.versions import vercmp
out = []
for line in sys.stdin:
    r = vercmp(*line.rstrip("\\n").split("\\t"), silent=1)
    out.append("!" if r is None else "<" if r < 0 else ">" if r else "=")
print("\\n".join(out))
""", env=env)


# Languages.

def native_packaging():
    for python in [sys.executable, "/usr/bin/python3"]:
        if works(python, "-c", "import packaging.version"):
            break
    else:
        return None
    return piped(python, "-c", """
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.rstrip("\\n").split("\\t")
    try:
        a, b = Version(a), Version(b)
        print("<" if a < b else "=" if a == b else ">")
    except (InvalidVersion, ValueError):
        print("!")
""")


def node(module, expression):
    return piped("node", "-e", f"""
const s = require({module!r});
const out = [];
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1)) {{
    const [a, b] = line.split("\\t");
    try {{ out.push({expression}); }} catch (e) {{ out.push("!"); }}
}}
console.log(out.join("\\n"));
""")


def node_module(*places):
    found = [place for place in places if place and os.path.isdir(place)]
    return found[0] if found and shutil.which("node") else None


def npm_module():
    return node_module(os.environ.get("ASSAY_NODE_SEMVER"), "/usr/share/nodejs/semver",
                       "/usr/lib/node_modules/npm/node_modules/semver",
                       "/usr/local/lib/node_modules/npm/node_modules/semver")


def native_semver():
    return npm_module() and node(npm_module(), '"<=>"[s.compare(a, b, true) + 1]')


def native_range():
    return npm_module() and node(
        npm_module(), '(new s.Range(a), s.parse(b, {}, true), s.satisfies(b, a) ? "1" : "0")')


def native_nuget_words():
    """NuGet's order of pre-releases is semver's, without regard to case."""
    return npm_module() and node(
        npm_module(), '"<=>"[s.compare(a.toLowerCase(), b.toLowerCase()) + 1]')


def native_nuget():
    """The library of Debian's nuget, which knows no dots in pre-releases yet."""
    library = "/usr/lib/nuget/NuGet.Core.dll"
    code = source("nuget.cs", """
using System;
using System.IO;
using System.Text;
using NuGet;
static class Compare {
    static void Main() {
        var text = new StringBuilder();
        string line;
        while ((line = Console.In.ReadLine()) != null) {
            var pair = line.Split('\\t');
            SemanticVersion a, b;
            if (!SemanticVersion.TryParse(pair[0], out a) || !SemanticVersion.TryParse(pair[1], out b))
                text.Append("!\\n");
            else
                text.Append(a < b ? "<\\n" : a > b ? ">\\n" : "=\\n");
        }
        Console.Out.Write(text);
    }
}
""")
    binary = os.path.join(FOLDER.name, "nuget.exe")
    if not os.path.exists(library) or not works("mcs", "-out:" + binary, "-r:" + library, code):
        return None
    shutil.copy(library, FOLDER.name)
    return piped("mono", binary)


def native_maven():
    jars = ["/usr/share/maven/lib/maven-artifact-3.x.jar", "/usr/share/java/maven-artifact-3.x.jar",
            "/usr/share/java/commons-lang3.jar", "/usr/share/maven/lib/commons-lang3.jar"]
    jars = [j for j in jars if os.path.exists(j)]
    if not shutil.which("javac") or not any("maven-artifact" in j for j in jars):
        return None
    return piped("java", "-cp", ":".join(jars), source("Compare.java", """
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
"""))


def native_rubygems():
    if not shutil.which("ruby"):
        return None
    return piped("ruby", "-e", """
STDIN.each_line do |line|
  a, b = line.chomp.split("\\t")
  puts Gem::Version.correct?(a) && Gem::Version.correct?(b) ?
    %w[< = >][(Gem::Version.new(a) <=> Gem::Version.new(b)) + 1] : "!"
end
""")


def native_composer():
    if not shutil.which("php"):
        return None
    return piped("php", "-r", 'while (($l = fgets(STDIN)) !== false) { '
                 '[$a, $b] = explode("\\t", rtrim($l, "\\n")); '
                 'echo "<=>"[version_compare(ltrim($a, "v"), ltrim($b, "v")) + 1], "\\n"; }')


def native_cran():
    if not shutil.which("Rscript"):
        return None
    # numeric_version says what is one (no numbers beyond an int); it would pad 1 to 1.0
    return piped("Rscript", "--vanilla", "-e", """
x <- read.delim(file("stdin"), header = FALSE, colClasses = "character", quote = "",
                comment.char = "", na.strings = character())
ok <- function(v) suppressWarnings(!is.na(numeric_version(v, strict = FALSE)))
good <- ok(x[[1]]) & ok(x[[2]])
order <- function(a, b) tryCatch(compareVersion(a, b), error = function(e) NA)
answer <- rep("!", nrow(x))
answer[good] <- c("<", "=", ">")[2 + mapply(order, x[[1]][good], x[[2]][good])]
answer[is.na(answer)] <- "!"
writeLines(answer)
""")


def native_hackage():
    code = source("Main.hs", """
import Distribution.Parsec (simpleParsec)
import Distribution.Version (Version)
ask :: String -> String
ask line = case (simpleParsec a, simpleParsec (drop 1 b)) of
    (Just x, Just y) -> case compare x (y :: Version) of { LT -> "<"; EQ -> "="; GT -> ">" }
    _ -> "!"
  where (a, b) = break (== '\\t') line
main :: IO ()
main = interact (unlines . map ask . lines)
""")
    binary = os.path.join(FOLDER.name, "hackage")
    if not works("ghc", "-O0", "-package", "Cabal", "-outputdir", FOLDER.name, "-o", binary, code):
        return None
    return piped(binary)


GO_MAIN = """package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	%s
)

func main() {
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		x, y, _ := strings.Cut(in.Text(), "\\t")
		%s
		fmt.Fprintln(out, "<=>"[order+1:order+2])
	}
}
"""


def go_program(name, imports, body, prepare, modules=None):
    """`modules`: where those lie that it needs."""
    folder = os.path.join(FOLDER.name, name)
    source(f"{name}/main.go", GO_MAIN % (imports, body))
    source(f"{name}/go.mod", "module compare\n\ngo 1.18\n")
    prepare(folder)
    env = dict(os.environ, GOFLAGS="-mod=mod", GOPROXY="off", GOTOOLCHAIN="local", GONOSUMDB="*",
               GOPATH=f"{FOLDER.name}/go-path", GOMODCACHE=modules or f"{FOLDER.name}/go-path/pkg/mod",
               GOCACHE=f"{FOLDER.name}/go-cache", XDG_CONFIG_HOME=f"{FOLDER.name}/go-config")
    binary = os.path.join(folder, "compare")
    done = subprocess.run(["go", "build", "-o", binary, "."], cwd=folder, env=env, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        print(f"{name}: go build fails: {(done.stderr.strip().splitlines() or ['it says nothing'])[-1]}")
        return None
    return piped(binary)


def native_go():
    if not shutil.which("go"):
        print("go: go is not installed")
        return None
    root = subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=False)
    library = os.path.join(root.stdout.strip(), "src/cmd/vendor/golang.org/x/mod/semver/semver.go")
    if not os.path.exists(library):
        return None

    def prepare(folder):
        os.mkdir(os.path.join(folder, "semver"))
        shutil.copy(library, os.path.join(folder, "semver"))
    return go_program("go", '"compare/semver"', """
		if !semver.IsValid(x) || !semver.IsValid(y) {
			fmt.Fprintln(out, "!")
			continue
		}
		order := semver.Compare(x, y)""", prepare)


def native_bitnami():
    """The module that happens to lie in the module cache."""
    if not shutil.which("go"):
        print("bitnami: go is not installed")
        return None
    cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=False)
    folder = os.path.join(cache.stdout.strip(), "github.com/bitnami")
    found = sorted(f for f in (os.listdir(folder) if os.path.isdir(folder) else [])
                   if f.startswith("go-version@"))
    if not found:
        return None

    def prepare(into):
        with open(os.path.join(into, "go.mod"), "a", encoding="utf-8") as out:
            out.write("require github.com/bitnami/go-version " + found[-1].split("@")[1] + "\n")
    return go_program("bitnami", '"github.com/bitnami/go-version/pkg/version"', """
		v, e1 := version.Parse(x)
		w, e2 := version.Parse(y)
		if e1 != nil || e2 != nil {
			fmt.Fprintln(out, "!")
			continue
		}
		order := v.Compare(w)""", prepare, cache.stdout.strip())
