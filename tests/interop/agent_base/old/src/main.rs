//! Writes a few sessions, and events, in the form of an older agent-base, by that very crate.
//!
//! `make.sh` builds this file once per version; a feature stands for what came with a version.

use agent_base::{AgentSession, ImageAttachment, ImageDetail, MessageRole, SessionId};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("states"), Some(path)) => {
            let lines: Result<Vec<String>, _> =
                sessions().iter().map(serde_json::to_string).collect();
            Ok(std::fs::write(path, lines?.join("\n") + "\n")?)
        }
        #[cfg(feature = "events")]
        (Some("events"), Some(path)) => {
            Ok(std::fs::write(path, events::lines()?.join("\n") + "\n")?)
        }
        #[cfg(feature = "sqlite")]
        (Some("db"), Some(path)) => database::write(&path),
        _ => Err("usage: old states|events|db <file>".into()),
    }
}

fn sessions() -> Vec<AgentSession> {
    vec![chat(), tools(), pictures(), largest(), latest()]
}

fn id(id: u64, external_id: Option<&str>) -> SessionId {
    SessionId {
        id,
        external_id: external_id.map(str::to_owned),
    }
}

fn said(session: &mut AgentSession, role: MessageRole, text: &str) {
    session.push_message(role, text);
}

fn chat() -> AgentSession {
    let mut session = AgentSession::new(id(1, None));
    said(
        &mut session,
        MessageRole::System,
        "You are a helpful assistant.",
    );
    said(&mut session, MessageRole::User, "Which tea keeps me awake?");
    said(
        &mut session,
        MessageRole::Assistant,
        "Assam. 🍵 Or, in German: „Ostfriesentee“.",
    );
    session
}

/// A batch of two calls, one of them with arguments that break off, and its results.
fn tools() -> AgentSession {
    let mut session = AgentSession::new(id(42, Some("my-ext-id")));
    said(
        &mut session,
        MessageRole::User,
        "Weather in Köln and in Bonn?",
    );
    let batch = [
        ("call_1", r#"{"city":"Köln"}"#),
        ("call_2", r#"{"city":"Bo"#),
    ]
    .map(|(id, arguments)| {
        (
            id.to_owned(),
            "get_weather".to_owned(),
            arguments.to_owned(),
        )
    });
    push_calls(&mut session, &batch);
    session.push_tool_result("call_1", r#"{"temperature":11.5}"#);
    session.push_tool_result("call_2", "Tool 'get_weather' argument parsing failed");
    said(
        &mut session,
        MessageRole::Assistant,
        "11.5 °C in Köln; Bonn didn't answer.",
    );
    session.allow_action("get_weather");
    count(&mut session);
    session
}

#[cfg(not(feature = "v0_1_3"))]
fn push_calls(session: &mut AgentSession, batch: &[(String, String, String)]) {
    session.push_assistant_tool_calls(batch);
}

#[cfg(all(feature = "v0_1_3", not(feature = "v0_4")))]
fn push_calls(session: &mut AgentSession, batch: &[(String, String, String)]) {
    session.push_assistant_tool_calls(batch, Some("Two cities, two calls.".to_owned()));
}

#[cfg(feature = "v0_4")]
fn push_calls(session: &mut AgentSession, batch: &[(String, String, String)]) {
    let reasoning = Some("Two cities, two calls.".to_owned());
    session.push_assistant_tool_calls(batch, reasoning, Some("I look at both.".to_owned()));
}

/// Set the counters as a run with two calls and one nudge would.
#[cfg(not(feature = "v0_1_3"))]
fn count(_session: &mut AgentSession) {}

#[cfg(all(feature = "v0_1_3", not(feature = "v0_3")))]
fn count(session: &mut AgentSession) {
    session.total_tool_calls = 2;
    session.turn_tool_calls = 2;
    session.nudge_count = 1;
    #[cfg(feature = "v0_2_1")]
    {
        session.reasoning_only_strikes = 1;
    }
}

#[cfg(feature = "v0_3")]
fn count(session: &mut AgentSession) {
    session.total_tool_calls = 2;
    session.run_state.record_tool_calls(2);
    session.run_state.nudge_count = 1;
    session.run_state.record_reasoning_only();
}

fn pictures() -> AgentSession {
    let mut session = AgentSession::new(id(0, Some("f47ac10b-58cc-4372-a567-0e02b2c3d479")));
    let images = vec![
        ImageAttachment::Url {
            url: "https://example.com/a.jpg".to_owned(),
            detail: Some(ImageDetail::Auto),
        },
        ImageAttachment::Base64 {
            data: "iVBORw0KGgo=".to_owned(),
            media_type: Some("image/png".to_owned()),
            detail: None,
        },
    ];
    session.push_user_message_with_images("What is this?", images);
    said(
        &mut session,
        MessageRole::Assistant,
        "A picture, and the beginning of another one.",
    );
    session
}

fn largest() -> AgentSession {
    let mut session = AgentSession::new(id(u64::MAX, None));
    said(&mut session, MessageRole::User, "The last one?");
    session
}

/// What only the later ones of these versions can hold.
fn latest() -> AgentSession {
    #[allow(unused_mut)]
    let mut session = AgentSession::new(id(7, Some("late")));
    #[cfg(feature = "v0_1_14")]
    session
        .chat_messages_mut()
        .push(agent_base::ChatMessage::Custom {
            role: "artifact".to_owned(),
            data: serde_json::json!({"id": "a1", "tags": ["x", null], "size": 1.5}),
        });
    #[cfg(feature = "v0_4")]
    session.chat_messages_mut().extend([
        agent_base::ChatMessage::Assistant {
            content: None,
            reasoning_content: Some("Signed.".to_owned()),
            thinking_signature: Some("c2lnbmVk".to_owned()),
            tool_calls: Some(vec![agent_base::ToolCallMessage {
                id: "call_9".to_owned(),
                name: "look".to_owned(),
                arguments: "{}".to_owned(),
            }]),
        },
        agent_base::ChatMessage::tool_with_name("call_9", "look", "seen"),
    ]);
    #[cfg(feature = "v0_11")]
    {
        session.run_state.awaiting_human = true;
    }
    session
}

/// The events that a version knows: read by its own types and written by them again.
#[cfg(feature = "events")]
mod events {
    #[cfg(not(feature = "v0_1_3"))]
    use agent_base::AgentEvent as Event;
    #[cfg(feature = "v0_1_3")]
    use agent_base::RuntimeEvent as Event;

    #[cfg(not(feature = "v0_1_3"))]
    const EVENTS: &str = include_str!("events_0_1_1.jsonl");
    #[cfg(all(feature = "v0_1_3", not(feature = "v0_11")))]
    const EVENTS: &str = include_str!("events_0_1_14.jsonl");
    #[cfg(feature = "v0_11")]
    const EVENTS: &str = include_str!("events_0_11.jsonl");

    pub fn lines() -> Result<Vec<String>, serde_json::Error> {
        let again = |line| serde_json::to_string(&serde_json::from_str::<Event>(line)?);
        EVENTS.lines().map(again).collect()
    }
}

#[cfg(feature = "sqlite")]
mod database {
    use agent_base::SessionStore;
    use agent_base::engine::SqliteSessionStore;

    /// Save the sessions into a new database.
    pub fn write(path: &str) -> Result<(), super::Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(async {
            let store = SqliteSessionStore::open(path)?;
            for session in super::sessions() {
                store.save(&session).await?;
            }
            Ok(())
        })
    }
}
