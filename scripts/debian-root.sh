#!/bin/bash
# debian-root.sh SUITE PACKAGE…: a root of another Debian suite with these packages, in ~/.cache/devicetree-iommu/roots, and
# prints where it is: `chroot ROOT PROGRAM` runs them, and nothing that is installed here is touched. A root with the same
# packages is used again. Needs root, mmdebstrap and the network; fails with one line where it cannot be had.
set -euo pipefail
suite=${1:?usage: debian-root.sh SUITE PACKAGE…}
shift
packages=$(IFS=, && echo "$*")
root=${XDG_CACHE_HOME:-$HOME/.cache}/devicetree-iommu/roots/$suite-${packages//,/-}
if [ ! -d "$root" ]; then
  [ "$(id -u)" = 0 ] && command -v mmdebstrap >/dev/null || { echo "debian-root.sh: needs root and mmdebstrap" >&2; exit 1; }
  mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null || true)
  [ -n "$mirror" ] || { echo "debian-root.sh: no Debian mirror in this machine's apt sources" >&2; exit 1; }
  mkdir -p "$(dirname "$root")"
  # Whoever stops this midway leaves no half root under the name that is looked for.
  half=$root.$$
  mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' --include="$packages" "$suite" "$half" \
    "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$root.log" 2>&1 ||
    { rm -rf --one-file-system "$half"; echo "debian-root.sh: a root of $suite cannot be made, see $root.log" >&2; exit 1; }
  rm -rf "$half"/var/cache/apt/*.bin "$half"/var/lib/apt/lists
  mv -T "$half" "$root"
fi
echo "$root"
