#!/bin/sh
# Writes the fixtures of older agent-base versions: sh make.sh <folder>
# Needs cargo and its registry.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=${OLD_WORK:-$(mktemp -d)}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$work/target}"

# build <name> <dependency line> <features> [<more dependency lines>]
build() {
    mkdir -p "$work/$1"
    ln -sfn "$here/src" "$work/$1/src"
    cat > "$work/$1/Cargo.toml" <<TOML
[package]
name = "old"
version = "0.0.0"
edition = "2024"

[dependencies]
$2
${4:-}
serde_json = "1"
tokio = { version = "1", features = ["rt"] }

[features]
events = []
sqlite = []
v0_1_3 = []
v0_1_14 = ["v0_1_3"]
v0_2_1 = ["v0_1_14"]
v0_3 = ["v0_2_1"]
v0_4 = ["v0_3"]
v0_11 = ["v0_4"]

[profile.dev]
debug = false

[workspace]
TOML
    cargo build --quiet --manifest-path "$work/$1/Cargo.toml" --features "$3"
    cp "$CARGO_TARGET_DIR/debug/old" "$work/$1/old"
}

plain() { echo "agent-base = \"=$1\""; }
sqlite() { echo "agent-base = { version = \"=$1\", features = [\"sqlite-session\"] }"; }
# A later llm-trait would change the form of messages: take the ones of the time.
of_the_time() { printf 'llm-trait = "=%s"\nagent-types = "=%s"\n' "$1" "$2"; }

build v0_1_0 "$(plain 0.1.0)" ""
build v0_1_2 "$(plain 0.1.2)" "events"
build v0_1_3 "$(plain 0.1.3)" "v0_1_3"
build v0_1_14 "$(sqlite 0.1.14)" "v0_1_14,events,sqlite"
build v0_2_1 "$(plain 0.2.1)" "v0_2_1"
build v0_3_1 "$(sqlite 0.3.1)" "v0_3,sqlite"
build v0_4_0 "$(plain 0.4.0)" "v0_4" "$(of_the_time 0.1.0 0.1.0)"
build v0_5_0 "$(plain 0.5.0)" "v0_4" "$(of_the_time 0.1.1 0.1.1)"
build v0_11_0 "$(sqlite 0.11.0)" "v0_11,events,sqlite" "$(of_the_time 0.1.3 0.4.0)"

for version in v0_1_0 v0_1_3 v0_1_14 v0_2_1 v0_3_1 v0_4_0 v0_5_0 v0_11_0; do
    "$work/$version/old" states "$out/$version.jsonl"
done
for version in v0_1_2 v0_1_14 v0_11_0; do
    "$work/$version/old" events "$out/${version}_events.jsonl"
done
rm -f "$out/v0_3_1.db"
"$work/v0_3_1/old" db "$out/v0_3_1.db"
