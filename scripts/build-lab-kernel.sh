#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the kernel lab's own kernel, once, into its cache: usage: scripts/build-lab-kernel.sh LINUX-6.12-SOURCE
# Debian's linux-source-6.12 will do; needs gcc-aarch64-linux-gnu flex bison bc libssl-dev libelf-dev, and minutes.
set -eu
source=$(cd "${1:?the source of Linux 6.12}" && pwd)
fragment=$(cd "$(dirname "$0")/../test/kernel" && pwd)/own-kernel.config
target=${XDG_CACHE_HOME:-$HOME/.cache}/devicetree-iommu/kernel-lab/6.12-own
build=$target/build
mkdir -p "$build"
make() { command make -s -C "$source" O="$build" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- "$@"; }
make tinyconfig
(cd "$source" && scripts/kconfig/merge_config.sh -m -O "$build" "$build/.config" "$fragment" >/dev/null)
make olddefconfig
make -j"$(nproc)" Image
cp "$build/.config" "$target/config"
cp "$build/arch/arm64/boot/Image" "$target/Image"
rm -r "$build"
