#!/usr/bin/env bash
# Makes a release: `npm run release -- 0.2.0`, with `--dry-run` to see it first. One version for the root and for every package, the changes
# under "Unreleased" get the version and the date, and the tag carries a draft of the notes. Pushes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { echo "Usage: npm run release -- VERSION [--dry-run]" >&2; exit 2; }
refuse() { echo "$*" >&2; exit 1; }

version=""
dry_run=false
for argument in "$@"; do
  case "$argument" in
    --dry-run) dry_run=true ;;
    -*) usage ;;
    *) [ -z "$version" ] || usage; version=$argument ;;
  esac
done
[ -n "$version" ] || usage
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || refuse "$version is no version like 0.2.0 or 0.2.0-rc.1."

tag="v$version"
heading="## Unreleased"
[ -z "$(git status --porcelain)" ] || refuse "The tree has changes that are not committed."
! git rev-parse --quiet --verify "refs/tags/$tag" >/dev/null || refuse "The tag $tag exists already."

# What stands under "Unreleased", up to the next heading of its level.
changes=$(awk -v heading="$heading" '$0 == heading { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md)
[[ "$changes" =~ [^[:space:]] ]] || refuse "CHANGELOG.md says nothing under \"Unreleased\"."

last=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
notes=$(printf 'Release %s\n\n' "$version"; git log --no-merges --reverse --format='- %s' "${last:+$last..}HEAD")
title="## $version ($(date -u +%F))"

if $dry_run; then
  echo "Would set the version $version in:"
  git ls-files package.json package-lock.json 'packages/*/package.json' | sed 's/^/  /'
  printf 'Would write into CHANGELOG.md:\n  %s\n  (%s lines of changes)\n' "$title" "$(grep -c . <<<"$changes")"
  printf 'Would commit "Release %s" and tag it %s with these notes, from %s:\n' "$version" "$tag" "${last:-the first commit}"
  printf '  %s\n' "${notes//$'\n'/$'\n  '}"
  exit 0
fi

trap 'echo "The release was not made. \`git restore .\` takes back what was written." >&2' ERR

workspaces=()
[ "$(npm pkg get workspaces)" = "{}" ] || workspaces=(--workspaces --include-workspace-root)
# Without --no-workspaces-update npm installs every dependency here.
npm version "$version" --no-git-tag-version --allow-same-version --no-workspaces-update "${workspaces[@]}" >/dev/null
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --silent
awk -v heading="$heading" -v title="$title" '{ print } $0 == heading { print ""; print title }' CHANGELOG.md >CHANGELOG.md.new
mv CHANGELOG.md.new CHANGELOG.md

git commit --quiet --all --message "Release $version"
git tag --annotate "$tag" --cleanup=whitespace --message "$notes"
echo "Release $version is committed and tagged $tag. Publish it with: git push --follow-tags"
