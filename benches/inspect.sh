#!/bin/sh
# How long `inspect` takes over a gigabyte of mixed archives, beside `unzip -t` and `tar -t` over the same bytes.
#
#   benches/inspect.sh [MEGABYTES] [ROUNDS]
#
# The archives are synthetic and lie in a temporary folder. Each round runs ours, then theirs, so that both see the same
# machine; the first round warms the file cache and doesn't count. The bar is 1.3: fails above it.
set -eu
megabytes=${1:-1024}
rounds=${2:-5}
cd "$(dirname "$0")/.."
cargo build --quiet --release --locked --bin rescue79 --example archives
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
target/release/examples/archives "$folder" "$megabytes"

ours() { target/release/rescue79 inspect --json "$folder" > /dev/null; }
theirs() {
    for archive in "$folder"/*; do
        case $archive in
        *.zip) unzip -tqq "$archive" ;;
        *) tar -tzf "$archive" > /dev/null ;;
        esac
    done
}
# Milliseconds.
took() {
    start=$(date +%s%N)
    "$1"
    echo $((($(date +%s%N) - start) / 1000000))
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

ours
theirs
mine=
other=
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    mine="$mine $(took ours)"
    other="$other $(took theirs)"
done
# shellcheck disable=SC2086 # numbers, one word each
set -- "$(median $mine)" "$(median $other)"
echo "$(ls "$folder" | wc -l) archives, $(du -sm "$folder" | cut -f1) MB"
echo "inspect       $1 ms (rounds:$mine)"
echo "unzip, tar    $2 ms (rounds:$other)"
awk -v mine="$1" -v other="$2" 'BEGIN { printf "ratio         %.2f (bar 1.30)\n", mine / other; exit mine > 1.3 * other }'
