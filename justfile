# What this project does again and again. `just --list` shows it.

# Everything that CI holds against a change (as root, or with CI= for a machine where the lab can't run).
check:
    .ci/run

# All tests; without root the lab says that it is skipped.
test *args:
    cargo test --locked {{args}}

# The lab alone: the real binary in network namespaces. Needs root.
lab *args:
    cargo test --locked --test it -- lab:: {{args}}

# Lints, as strict as CI.
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings

# Writes anew what is made from other files: docs/catalogue.md and accepted snapshots.
bless:
    UPDATE_DOCS=1 cargo test --locked --test it -- catalogue xray::page
    INSTA_UPDATE=always cargo test --locked

# Virtual phones on the screen.
rehearse *args:
    cargo run --release --locked -- rehearse {{args}}
