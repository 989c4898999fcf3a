#!/usr/bin/env bash
# What the GitHub action runs, and what any other CI system may: one check, reported as annotations, as SARIF and as text.
# Its wishes are environment variables, so that no text of a pull request is ever read as shell:
#   DT_IOMMU_PATHS     files and folders, a line each (default: .)
#   DT_IOMMU_BASE      a revision of Git: only boards that differ from it are checked, and only what is new since then counts
#   DT_IOMMU_BASELINE  an earlier report, JSON or SARIF: what it has does not count
#   DT_IOMMU_FAIL_ON   error (default), warning or info
#   DT_IOMMU_OPTIONS   further options of `dt-iommu check`, a line each
#   DT_IOMMU_SARIF     write the report here, too
#   DT_IOMMU_FORMAT    what is printed: github, gitlab, text (default), …
set -euo pipefail

lines() { # NAME: the lines of a variable that are not empty, into the array `list`
  list=()
  local line
  while IFS= read -r line; do if [ -n "$line" ]; then list+=("$line"); fi; done <<<"${!1-}"
}

work=$(mktemp -d)
trap 'git worktree remove --force "$work/base" 2>/dev/null || true; rm -rf "$work"' EXIT

lines DT_IOMMU_OPTIONS
options=("${list[@]+"${list[@]}"}")
lines DT_IOMMU_PATHS
paths=("${list[@]+"${list[@]}"}")
if [ ${#paths[@]} -eq 0 ]; then paths=(.); fi

# 1 says that there are findings; which of them count is decided at the end.
check() { dt-iommu check "$@" "${options[@]+"${options[@]}"}" --shard 1/1 --format json || [ $? -eq 1 ]; }

baseline=()
if [ -n "${DT_IOMMU_BASELINE-}" ]; then baseline=(--baseline "$DT_IOMMU_BASELINE"); fi

base=${DT_IOMMU_BASE-}
if [ -n "$base" ]; then
  case $base in -*) echo "DT_IOMMU_BASE is a revision, not '$base'" >&2; exit 2 ;; esac
  # A shallow clone has only the newest commit.
  git rev-parse -q --verify "$base^{commit}" >/dev/null || git fetch -q --no-tags --depth=1 origin "$base"
  commit=$(git rev-parse -q --verify "$base^{commit}")
  dt-iommu check "${paths[@]}" "${options[@]+"${options[@]}"}" --changed-since "$commit" --list-boards --quiet >"$work/boards"
  boards=()
  before=()
  if [ ${#baseline[@]} -eq 0 ]; then git worktree add -q --detach "$work/base" "$commit"; fi
  # The same folder of the base, which may be a part of the repository.
  there=$work/base/$(git rev-parse --show-prefix)
  while IFS= read -r board; do
    boards+=("$board")
    if [ -f "$there/$board" ]; then before+=("$board"); fi
  done <"$work/boards"
  if [ ${#boards[@]} -eq 0 ]; then
    echo "No board reads a file that differs from $base."
    if [ -z "${DT_IOMMU_SARIF-}" ]; then exit 0; fi
    # An empty report closes what an earlier one opened.
    printf '/dts-v1/;\n/ {};\n' >"$work/none.dts"
    boards=("$work/none.dts")
  fi
  paths=("${boards[@]}")
  if [ ${#baseline[@]} -eq 0 ] && [ ${#before[@]} -gt 0 ]; then
    (cd "$there" && check "${before[@]}") >"$work/before.json"
    baseline=(--baseline "$work/before.json")
  fi
fi

check "${paths[@]}" >"$work/found.json"
again=(merge "$work/found.json" "${baseline[@]+"${baseline[@]}"}" --fail-on "${DT_IOMMU_FAIL_ON:-error}")
if [ -n "${DT_IOMMU_SARIF-}" ]; then
  dt-iommu "${again[@]}" --format sarif -o "$DT_IOMMU_SARIF" || [ $? -eq 1 ]
fi
if [ -n "${GITHUB_STEP_SUMMARY-}" ]; then
  { echo '```'; dt-iommu "${again[@]}" --no-color || [ $? -eq 1 ]; echo '```'; } >>"$GITHUB_STEP_SUMMARY"
fi
dt-iommu "${again[@]}" --format "${DT_IOMMU_FORMAT:-text}"
