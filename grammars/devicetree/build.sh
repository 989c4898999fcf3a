#!/bin/sh
# SPDX-License-Identifier: MIT
# Rebuilds src/ and tree-sitter-devicetree.wasm from grammar.js, and records in PIN.json what built them.
#
# The grammar compiler comes from Debian sid through an apt root of its own: the npm package downloads a binary when it
# is installed, Debian 12 has none, and the machine's packages stay as they are. It needs sid's libc, hence its loader.
# The wasm comes from Debian's clang and lld. The target is emscripten because clang 14 ignores -fPIC for WASI.
set -eu
cd "$(dirname "$0")"
root=${TREE_SITTER_ROOT:-${TMPDIR:-/tmp}/tree-sitter-sid}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

if [ ! -x "$root/fs/usr/bin/tree-sitter" ]; then
  mkdir -p "$root/state/lists/partial" "$root/cache/archives/partial" "$root/parts" "$root/deb"
  touch "$root/status"
  printf 'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
    /usr/share/keyrings/debian-archive-keyring.gpg >"$root/parts/sid.sources"
  apt="apt-get -q -o Dir::State=$root/state -o Dir::State::status=$root/status -o Dir::Cache=$root/cache"
  apt="$apt -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$root/parts"
  $apt update
  (cd "$root/deb" && $apt download tree-sitter-cli libc6 libgcc-s1)
  for package in "$root"/deb/*.deb; do dpkg -x "$package" "$root/fs"; done
fi
lib=$root/fs/usr/lib/x86_64-linux-gnu
tree_sitter() { "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/fs/usr/bin/tree-sitter" "$@"; }

tree_sitter generate

# The generated lexer asks clang not to optimise it, which costs 4 % of parse time.
sed '/pragma .*optimize/d' src/parser.c >"$build/parser.c"
cat >"$build/stdlib.h" <<'C'
typedef __SIZE_TYPE__ size_t;
#define NULL ((void *)0)
void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void free(void *);
C
clang --target=wasm32-unknown-emscripten -fPIC -O2 -ffreestanding -fno-exceptions -fvisibility=hidden \
  -isystem "$build" -I src -c "$build/parser.c" -o "$build/parser.o"
wasm-ld -shared --experimental-pic --export=tree_sitter_devicetree --allow-undefined --no-entry --strip-all \
  "$build/parser.o" -o tree-sitter-devicetree.wasm

sha256() { sha256sum "$1" | cut -d' ' -f1; }
cat >PIN.json <<JSON
{
  "treeSitterCli": "$(tree_sitter --version | cut -d' ' -f2)",
  "treeSitterCliPackage": "$(cd "$root/deb" && ls tree-sitter-cli_*.deb)",
  "abi": $(sed -n 's/#define LANGUAGE_VERSION //p' src/parser.c),
  "clang": "$(clang -dumpversion)",
  "sha256": {
    "grammar.js": "$(sha256 grammar.js)",
    "src/parser.c": "$(sha256 src/parser.c)",
    "tree-sitter-devicetree.wasm": "$(sha256 tree-sitter-devicetree.wasm)"
  }
}
JSON
