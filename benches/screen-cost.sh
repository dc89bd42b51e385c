#!/bin/sh
# What the screen costs the servers: 50 lock-step readers, without and with the Bench drawn in a pseudo-terminal, in turn.
#
#   BENCH=/path/to/bench-tool benches/screen-cost.sh [ROUNDS]
#
# Goodput (MB/s) and processor time (s for a GB) of each round go to OUT (a file of JSON lines, kept when it is named), and
# all rounds in it are counted. The bar: with the screen at most 3 % less goodput than without.
set -eu
: "${BENCH:?the path of the bench tool}"
here=$(cd "$(dirname "$0")" && pwd)
kept=${OUT:-}
OUT=${OUT:-$(mktemp)}
export BENCH OUT ROUNDS=1 ROWS=lock512-n050 SERVERS=subject
[ -n "$kept" ] || trap 'rm -f "$OUT"' EXIT
round=0
while [ "$round" -lt "${1:-5}" ]; do
    round=$((round + 1))
    SUBJECT_NAME=bare "$here/peers.sh" tftp >/dev/null
    SCREEN=1 SUBJECT_NAME=screen "$here/peers.sh" tftp >/dev/null
done
values() { sed -n "s/.*\"label\":\"$1\".*\"$2\":\([0-9.]*\).*/\1/p" "$OUT" | sort -n; }
median() { values "$1" "$2" | sed -n "$((($(values "$1" "$2" | wc -l) + 1) / 2))p"; }
for what in mb_s server_cpu_s_per_gb; do
    for label in bare screen limit-epoll; do
        echo "$what $label: $(median $label $what) (rounds: $(values $label $what | tr '\n' ' '))"
    done
done
awk -v bare="$(median bare mb_s)" -v screen="$(median screen mb_s)" \
    'BEGIN { printf "the screen costs %.1f %% of the goodput\n", 100 * (1 - screen / bare); exit screen < 0.97 * bare }'
