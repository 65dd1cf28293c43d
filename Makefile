# SPDX-License-Identifier: Apache-2.0
# A thin cover over CMake's presets: three commands that a newcomer needs, and what they are made of.
.PHONY: run check build install-build install-check test gates asan tsan fuzz bench clean install

run: install-build build
	sh tools/run.sh

check: install-check
	sh tools/check.sh

build:
	cmake --preset release >/dev/null
	cmake --build --preset release --target assay seed

install-build:
	sh tools/install.sh build

install-check:
	sh tools/install.sh build check

# Parts of `make check`, for those who work on the code.
test:
	sh tools/check.sh test
gates:
	sh tools/check.sh gates
asan:
	sh tools/check.sh asan
tsan:
	sh tools/check.sh tsan
fuzz:
	sh tools/check.sh fuzz

bench: build
	cmake --build --preset release --target bench
	python3 bench/run

install: build
	cmake --install build/release

clean:
	rm -rf build
