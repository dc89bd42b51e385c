#!/bin/sh
# What the replay of a long journal takes: time, and the most memory it ever had; as its summary, as lines, and on the screen
# (in a pseudo-terminal, util-linux `script`; left with Q once the last event is there).
#
#   benches/replay.sh [MEGABYTES]
#
# The journal is synthetic and lies in a temporary folder. Linux.
set -eu
megabytes=${1:-1024}
cd "$(dirname "$0")/.."
program=${PROGRAM:-target/release/rescue79}
[ -x "$program" ] || cargo build --quiet --release --locked
cargo build --quiet --release --locked --example journal
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
target/release/examples/journal "$folder/journal.jsonl" "$megabytes"
echo "$(wc -l <"$folder/journal.jsonl") events, $(du -m "$folder/journal.jsonl" | cut -f1) MB"

# The most memory of a process, as it stands when the whole journal has been read: $1 its number.
peak() { sed -n 's/^VmHWM:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null || true; }
# Bytes that a process has read: $1 its number.
has_read() { sed -n 's/^rchar: //p' "/proc/$1/io" 2>/dev/null || echo 0; }
size=$(stat -c %s "$folder/journal.jsonl")
# Watches process $2 until it has read everything or is gone; $1 says what it is.
watch() {
    start=$(date +%s%N) seen=
    while kill -0 "$2" 2>/dev/null; do
        now=$(peak "$2")
        seen=${now:-$seen}
        [ "$(has_read "$2")" -lt "$size" ] || [ "$1" != screen ] || break
        sleep 0.05
    done
    printf '%-8s %6d ms, at most %s\n' "$1" $((($(date +%s%N) - start) / 1000000)) "$seen"
}
"$program" replay --headless "$folder/journal.jsonl" >"$folder/summary" 2>&1 &
watch summary $!
wait $! || true
"$program" --plain replay "$folder/journal.jsonl" >/dev/null 2>&1 &
watch lines $!
wait $! || true
mkfifo "$folder/keys"
script -qefc "stty cols 160 rows 50; echo \$\$ >$folder/pid; exec $program replay $folder/journal.jsonl" /dev/null \
    <"$folder/keys" >/dev/null 2>&1 &
exec 3>"$folder/keys"
while [ ! -s "$folder/pid" ]; do sleep 0.01; done
watch screen "$(cat "$folder/pid")"
printf 'Qq' >&3
sleep 1
kill "$(cat "$folder/pid")" 2>/dev/null || true
exec 3>&-
