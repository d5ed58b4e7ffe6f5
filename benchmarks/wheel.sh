#!/bin/sh
# Build the wheel, install it into an empty environment, run the main job there, and say how large
# the install is. Fails if torch came along, or if the demonstration does not show every outcome.
set -eu
python=${1:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m pip wheel -q --no-deps --wheel-dir "$work" .
"$python" -m venv --without-pip "$work/env"
"$python" -m pip --python "$work/env/bin/python" install -q "$work"/*.whl
cd "$work"
site=$("$work/env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if [ -d "$site/torch" ]; then
  echo "torch must not be part of a plain install" && exit 1
fi
ls -l "$work"/*.whl | awk '{printf "wheel: %.1f MB\n", $5 / 1e6}'
"$work/env/bin/guard" demo --json > demo.jsonl
for outcome in pass flag unknown; do
  grep -q "\"outcome\":\"$outcome\"" demo.jsonl || { echo "the demo shows no $outcome"; exit 1; }
done
"$work/env/bin/guard" audit --user "My dog died." --draft "Don't be sad!" --fail-on flag > /dev/null \
  && { echo "a draft that only soothes was not flagged"; exit 1; }
find "$site" -name '__pycache__' -prune -o -type f -printf '%s\n' \
  | awk '{s += $1} END {printf "install without bytecode: %.0f MB\n", s / 1e6}'
find "$site" -type f -printf '%s\n' | awk '{s += $1} END {printf "install with bytecode: %.0f MB\n", s / 1e6}'
echo "largest:"
du -sk --apparent-size "$site"/* | sort -rn | head -8 | awk '{n = split($2, p, "/"); printf "  %4.0f MB  %s\n", $1 * 1024 / 1e6, p[n]}'
echo "the wheel installs and runs"
