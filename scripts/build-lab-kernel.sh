#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds a kernel of the kernel lab's own into its cache: usage: scripts/build-lab-kernel.sh LINUX-6.12-SOURCE [arm64|arm]
# Debian's linux-source-6.12 will do; needs flex bison bc and gcc-aarch64-linux-gnu (arm: gcc-arm-linux-gnueabihf), or
# clang and lld for either, and minutes. JOBS says how many compilers run. An interrupted build goes on where it stopped;
# one that is newer than what it is made from is left alone.
set -eu
source=$(cd "${1:?the source of Linux 6.12}" && pwd)
arch=${2:-arm64}
lab=$(cd "$(dirname "$0")/../test/kernel" && pwd)
case $arch in
  arm64) name=6.12-own prefix=aarch64-linux-gnu- image=Image fragment=$lab/own-kernel.config ;;
  arm) name=6.12-arm prefix=arm-linux-gnueabihf- image=zImage fragment=$lab/arm/own-kernel.config ;;
  *) echo "$0: arm64 or arm, not $arch" >&2; exit 2 ;;
esac
target=${XDG_CACHE_HOME:-$HOME/.cache}/devicetree-iommu/kernel-lab/$name
build=$target/build

release=$(make -s -C "$source" kernelversion)
case $release in
  6.12.*) ;;
  *) echo "$0: $source is Linux $release, not 6.12" >&2; exit 2 ;;
esac
if command -v "${prefix}gcc" >/dev/null; then compiler=CROSS_COMPILE=$prefix; else compiler=LLVM=1; fi

mkdir -p "$build"
exec 9>"$target/lock"
flock -n 9 || { echo "$0: another build works in $target" >&2; exit 1; }
if [ -e "$target/$image" ] && [ -z "$(find "$fragment" "$source/Makefile" -newer "$target/$image")" ]; then
  rm -rf "$build"
  echo "$target/$image is up to date"
  exit 0
fi

make() { command make -s -C "$source" O="$build" ARCH="$arch" "$compiler" "$@"; }
make tinyconfig
(cd "$source" && scripts/kconfig/merge_config.sh -m -O "$build" "$build/.config" "$fragment" >/dev/null)
make olddefconfig
# Kconfig drops what it does not know, or what depends on something else, without a word.
lost=$(sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=n/p; /^CONFIG_/p' "$fragment" | while IFS='=' read -r symbol value; do
  now=$(sed -n "s/^$symbol=//p" "$build/.config")
  [ "${now:-n}" = "$value" ] || echo " $symbol=$value (${now:-n})"
done)
[ -z "$lost" ] || { echo "$0: this source does not take from $fragment:$lost" >&2; exit 1; }
make -j"${JOBS:-$(nproc)}" "$image"

cp "$build/.config" "$target/config"
cp "$build/arch/$arch/boot/$image" "$target/$image.partial"
mv "$target/$image.partial" "$target/$image"
rm -r "$build"
