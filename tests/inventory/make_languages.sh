#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a root file system with old, vulnerable packages of every language in the folder that is named:
#
#     make_languages.sh DIR
#
# What needs a tool or a network that is not there is left out; what was made is said on standard
# output, one line each: "npm lodash 4.17.15".
set -u
root=${1:?usage: make_languages.sh DIR}
mkdir -p "$root/app"
root=$(cd "$root" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

have() { command -v "$1" >/dev/null 2>&1; }

make_npm()
{
    have npm || return
    mkdir -p "$root/app/node"
    (cd "$root/app/node" && npm install --no-audit --no-fund --ignore-scripts \
        lodash@4.17.15 minimist@1.2.0 @babel/traverse@7.0.0) >/dev/null 2>&1 &&
        echo "npm lodash 4.17.15"
}

make_python()
{
    have python3 || return
    python3 -m pip install -q --no-deps --disable-pip-version-check \
        -t "$root/usr/local/lib/python3/site-packages" Django==3.2.0 requests==2.19.0 \
        >/dev/null 2>&1 && echo "pypi Django 3.2"
}

make_java()
{
    have mvn && have jar || return
    mkdir -p "$work/war/WEB-INF/lib" "$work/ear" "$root/opt"
    for artifact in org.apache.logging.log4j:log4j-core:2.14.1 \
        org.springframework:spring-beans:5.3.10; do
        mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy \
            -Dartifact=$artifact -DoutputDirectory="$work/war/WEB-INF/lib" >/dev/null 2>&1 || return
    done
    (cd "$work/war" && jar cf0 ../ear/shop.war WEB-INF) &&
        (cd "$work/ear" && jar cf "$root/opt/all.ear" shop.war) &&
        echo "maven org.apache.logging.log4j:log4j-core 2.14.1"
}

make_go()
{
    have go || return
    mkdir -p "$work/go" "$root/usr/local/bin"
    cat >"$work/go/main.go" <<'END'
package main

import (
	"fmt"
	"net/http"

	"golang.org/x/net/http2"
	"gopkg.in/yaml.v2"
)

func main() {
	var value map[string]string
	fmt.Println(yaml.Unmarshal([]byte("a: b"), &value), http2.ConfigureServer(&http.Server{}, nil))
}
END
    (cd "$work/go" && go mod init example.com/demo && go get golang.org/x/net@v0.7.0 \
        gopkg.in/yaml.v2@v2.2.2 && go mod tidy && CGO_ENABLED=0 go build -ldflags '-s -w -X main.version=1.2.3' \
        -o "$root/usr/local/bin/demo" .) >/dev/null 2>&1 && echo "golang golang.org/x/net v0.7.0"
}

# The section that cargo-auditable would add.
make_rust()
{
    have objcopy && have python3 || return
    mkdir -p "$root/usr/local/bin"
    python3 -c 'import sys, zlib
sys.stdout.buffer.write(zlib.compress(b"""{"packages":[
{"name":"smallvec","version":"0.6.13","source":"crates.io"},
{"name":"cc","version":"1.0.0","source":"crates.io","kind":"build"},
{"name":"tool","version":"0.1.0","source":"local","root":true}]}"""))' >"$work/audit" &&
        objcopy --add-section .dep-v0="$work/audit" /bin/true "$root/usr/local/bin/tool" &&
        echo "cargo smallvec 0.6.13"
}

make_gem()
{
    mkdir -p "$root/usr/lib/ruby/gems/3.1.0/specifications"
    cat >"$root/usr/lib/ruby/gems/3.1.0/specifications/actionpack-6.0.0.gemspec" <<'END'
# -*- encoding: utf-8 -*-
# stub: actionpack 6.0.0 ruby lib

Gem::Specification.new do |s|
  s.name = "actionpack".freeze
  s.version = "6.0.0"
  s.licenses = ["MIT".freeze]
end
END
    echo "gem actionpack 6.0.0"
}

make_composer()
{
    mkdir -p "$root/srv/php/vendor/composer"
    echo '{"packages":[{"name":"symfony/http-kernel","version":"v4.4.0","license":["MIT"]}],"dev":true}' \
        >"$root/srv/php/vendor/composer/installed.json"
    echo "composer symfony/http-kernel v4.4.0"
}

make_npm
make_python
make_java
make_go
make_rust
make_gem
make_composer
exit 0
