#!/usr/bin/env bash
# README's two commands on a Debian with nothing but Node, npm and certificates, without git and with it:
#   bare-machine.sh [SUITE]     needs root, mmdebstrap and the network
# Without SUITE the root is of this machine's own release, with its Node and npm; else both are SUITE's own packages.
# Fails also when a command wrote anything outside of its folder, apart from npm's cache, or left files in /tmp.
set -uo pipefail
checkout=$(cd "$(dirname "$0")/.." && pwd)
suite=${1:-}
own=$(. /etc/os-release && echo "$VERSION_CODENAME")
work=$(mktemp -d /tmp/dt-iommu-bare-XXXXXX)
root=$work/root
passed=0
failed=0
trap 'umount -q "$root/proc" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT

mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null)
[ -n "$mirror" ] || mirror=$(awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' /etc/apt/sources.list)
[ -n "$mirror" ] || { echo "no Debian mirror in this machine's apt sources"; exit 1; }
packages=ca-certificates
[ -z "$suite" ] || packages=$packages,nodejs,npm
echo "a bare Debian ${suite:-$own} in $root"
mmdebstrap --quiet --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include="$packages" "${suite:-$own}" "$root" \
  "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror ${suite:-$own} main" >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log"; echo "0 passed, 1 failed"; exit 1; }
if [ -z "$suite" ]; then
  modules=$(npm root -g)
  mkdir -p "$root/usr/bin" "$root$modules"
  cp -L "$(command -v node)" "$root/usr/bin/node"
  cp -r "$modules/npm" "$root$modules/"
  ln -s "$modules/npm/bin/npm-cli.js" "$root/usr/bin/npm"
fi
# How this machine reaches the network, which is no part of what is tested.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
mount -t proc proc "$root/proc" 2>/dev/null

inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root NO_COLOR=1 \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$@"
}

# What is in the repository, with what was changed in it, and nothing that was built here.
fresh() {
  rm -rf "$root/project"
  mkdir "$root/project"
  git -C "$checkout" ls-files -z --cached --others --exclude-standard |
    tar -C "$checkout" --null --ignore-failed-read -cf - -T - 2>/dev/null | tar -C "$root/project" -xf -
}

written_outside() {
  find "$root" -xdev \( -path "$root/project" -o -path "$root/root/.npm" -o -path "$root/proc" \) -prune -o \
    -newer "$work/stamp" \( -type f -o -type l -o -path "$root/tmp/*" \) -print
}

count() {
  if [ "$2" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$([ "$2" -eq 0 ] && echo ok || echo 'not ok') $1"
}

attempt() {
  fresh
  sleep 1
  touch "$work/stamp"
  inside sh -c "cd /project && $2" >"$work/log" 2>&1
  local code=$?
  [ "$code" -eq 0 ] || grep -aE 'FAIL|Error|rror:|not found' "$work/log" | head -n 30 || true
  [ "$code" -eq 0 ] || tail -n 30 "$work/log"
  grep -aE '^ *(Tests|↓) ' "$work/log"
  count "$1: $2" "$code"
  local outside
  outside=$(written_outside)
  [ -z "$outside" ] || echo "written outside of the folder:"$'\n'"$outside" | sed "s|$root||" | head -n 20
  [ -z "$outside" ]
  count "$1: nothing is written outside of the folder" $?
}

echo "Node $(inside node --version), npm $(inside npm --version)"
if inside sh -c 'command -v git patch gcc dtc python3' >"$work/log"; then
  echo "the root is not bare: $(tr '\n' ' ' <"$work/log")"
  failed=$((failed + 1))
fi
attempt 'without git' 'npm ci && npm start -- --cli'
attempt 'without git' 'npm ci && npm test'
inside apt-get -qq update >"$work/log" 2>&1
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends git >>"$work/log" 2>&1 ||
  { tail -n 20 "$work/log"; failed=$((failed + 1)); }
attempt 'with git' 'npm ci && npm test'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
