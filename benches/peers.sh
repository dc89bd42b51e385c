#!/bin/sh
# rescue79 beside other TFTP and DHCP servers (docs/performance.md). Linux, root.
#
#   BENCH=/path/to/bench-tool benches/peers.sh [PART...]    parts as the bench tool has them; all of them when none is named
#
# The bench tool makes its network namespaces itself and starts our release build like every other server, with journal
# and fold as in any session. Its settings (OUT, ROUNDS, ROWS, SERVERS, DHCP_SERVERS) are taken from the environment.
# SCREEN=1: TFTP is served with the Bench drawn in a pseudo-terminal (util-linux `script`).
set -eu
: "${BENCH:?the path of the bench tool}"
here=$(cd "$(dirname "$0")/.." && pwd)
program=${PROGRAM:-$here/target/release/rescue79}
[ -x "$program" ] || cargo build --release --locked --manifest-path "$here/Cargo.toml"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/state" "$work/firmware"
# Address requests need no file, but `serve` needs one to serve.
echo ring >"$work/firmware/ring.raw"
# Without a target nothing is taken up again, so one state folder serves all starts.
start="$program --state $work/state serve --listen {ip}"
serve="$start --firmware {root} --no-dhcp --answer any"
if [ -n "${SCREEN:-}" ]; then
    # The command is split at spaces without a shell, so the quoting stands in a file. What the terminal itself costs is
    # not ours: it leaves the group whose time the bench tool counts, and the program goes back into it.
    cat >"$work/screen" <<EOF
#!/bin/sh
group=\$(grep -lsx \$\$ /sys/fs/cgroup/cpuacct/*/cgroup.procs /sys/fs/cgroup/*/cgroup.procs | head -n 1)
[ -z "\$group" ] || echo \$\$ >"\${group%/*/*}/cgroup.procs"
exec script -qefc "echo \\\$\$ >\${group:-/dev/null}; stty cols 120 rows 40; exec \$*" /dev/null >/dev/null
EOF
    chmod +x "$work/screen"
    serve="$work/screen $serve --screen"
fi
SUBJECT_NAME=${SUBJECT_NAME:-rescue79} \
    SUBJECT_CMD="$serve" \
    SUBJECT_DHCP_CMD="$start --firmware $work/firmware" \
    "$BENCH" "${@:-all}"
