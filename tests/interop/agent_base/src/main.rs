//! Writes, reads and judges agent-base sessions with the real crate.
//!
//! `session_lab`'s own reading and writing of the format is held against what it says.

mod model;
mod read;
mod stories;
mod story;
mod tools;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage:
  agent-base-interop write <db> [--turns <file.jsonl>] [--events <file.jsonl>]
  agent-base-interop read <db>
  agent-base-interop validate <file.jsonl>";

/// Whatever went wrong, as the one line a person reads.
pub type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("agent-base-interop: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), Failure> {
    // One thread: the order of events must not depend on a scheduler.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["write", db, options @ ..] => runtime.block_on(write::write(&write::Target {
            db: PathBuf::from(db),
            turns: option(options, "--turns")?,
            events: option(options, "--events")?,
        })),
        ["read", db] => runtime.block_on(read::read(&PathBuf::from(db))),
        ["validate", file] => read::validate(&PathBuf::from(file)),
        _ => Err(USAGE.into()),
    }
}

fn option(options: &[&str], name: &str) -> Result<Option<PathBuf>, Failure> {
    for pair in options.chunks(2) {
        match pair {
            [key, value] if *key == name => return Ok(Some(PathBuf::from(value))),
            ["--turns" | "--events", _] => {}
            _ => return Err(format!("{} is no option\n{USAGE}", pair.join(" ")).into()),
        }
    }
    Ok(None)
}
