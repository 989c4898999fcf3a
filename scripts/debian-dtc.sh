#!/bin/bash
# debian-dtc.sh SUITE: brings dtc of another Debian suite into ~/.cache/devicetree-iommu/dtc/SUITE, with the libraries it
# needs and the machine's own apt and mirror, touching nothing that is installed, and prints how to run it. Packages are
# kept: what was fetched once is used again. Fails with one line where it cannot be had.
set -euo pipefail
suite=${1:?usage: debian-dtc.sh SUITE}
root=${XDG_CACHE_HOME:-$HOME/.cache}/devicetree-iommu/dtc/$suite
if [ ! -x "$root/dtc" ]; then
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "debian-dtc.sh: no apt on this machine" >&2; exit 1; }
  mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
  [ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null || true)
  [ -n "$mirror" ] || { echo "debian-dtc.sh: no Debian mirror in this machine's apt sources" >&2; exit 1; }
  state=$root.apt
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$state/sources.list"
  options=(-qq -o Dir::State::Lists="$state/lists" -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::Cache="$state/cache" -o Dir::State::status=/dev/null -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false)
  {
    apt-get "${options[@]}" update
    cd "$root"
    # shellcheck disable=SC2046
    apt-get "${options[@]}" download device-tree-compiler libc6 libyaml-0-2 $(apt-cache "${options[@]}" depends device-tree-compiler | awk '/Depends: libfdt1/ {print $2; exit}')
    for package in ./*.deb; do dpkg -x "$package" . && rm "$package"; done
  } >"$root.log" 2>&1 || { echo "debian-dtc.sh: dtc of $suite cannot be fetched, see $root.log" >&2; exit 1; }
  loader=$(find "$root" -name 'ld-linux*.so*' | head -1)
  libraries=$(dirname "$(find "$root" -name 'libc.so.6' | head -1)"):$(dirname "$(find "$root" -name 'libfdt.so*' | head -1)")
  printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s/usr/bin/dtc" "$@"\n' "$loader" "$libraries" "$root" > "$root/dtc"
  chmod +x "$root/dtc"
fi
echo "$root/dtc"
