//! What the real crate makes of a database or of a sequence of messages, as JSON lines.

use std::path::Path;

use agent_base::engine::SqliteSessionStore;
use agent_base::{AgentSession, ChatMessage, SessionStore};
use serde_json::{Value, json};

use crate::Failure;

/// Print every session of a database as the crate reads it, one JSON line each.
pub async fn read(db: &Path) -> Result<(), Failure> {
    if !db.is_file() {
        return Err(format!("{} is no file", db.display()).into());
    }
    let store = SqliteSessionStore::open(db)?;
    for key in store.list().await? {
        // Written by hand, as a `Value` would sort the fields that the crate has in an order.
        let name = serde_json::to_string(&key)?;
        let line = match store.load(&key).await {
            Ok(Some(session)) => {
                let state = serde_json::to_string(&session)?;
                let valid = match verdict(session.chat_messages().to_vec()) {
                    Ok(()) => Value::Bool(true),
                    Err(error) => Value::String(error),
                };
                format!(r#"{{"key":{name},"state":{state},"valid":{valid}}}"#)
            }
            Ok(None) => refused(&name, "listed, but not found"),
            Err(error) => refused(&name, &error.to_string()),
        };
        println!("{line}");
    }
    Ok(())
}

/// Print the crate's verdict on every line of a file, each a JSON array of messages.
pub fn validate(file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    for (number, line) in text.lines().enumerate() {
        let messages: Vec<ChatMessage> = serde_json::from_str(line)
            .map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))?;
        let said = match verdict(messages) {
            Ok(()) => json!({"ok": true}),
            Err(error) => json!({"ok": false, "error": error}),
        };
        println!("{said}");
    }
    Ok(())
}

fn refused(name: &str, error: &str) -> String {
    format!(r#"{{"key":{name},"error":{}}}"#, Value::from(error))
}

/// Run the crate's `validate_message_sequence`.
///
/// The function itself is private; `set_chat_messages` hands its verdict on unchanged.
fn verdict(messages: Vec<ChatMessage>) -> Result<(), String> {
    AgentSession::default().set_chat_messages(messages)
}
