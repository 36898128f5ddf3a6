//! The scripted model: an `LlmProvider` that streams a story's replies, in order and offline.

use std::collections::VecDeque;
use std::sync::Mutex;

use agent_base::StreamChunk;
use agent_base::llm_trait::{
    Capabilities, ChatRequest, ChatResponse, ChatStream, LlmError, LlmProvider, ProviderInfo,
};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::json;

use crate::story::{Call, Reply};

/// A model that says what it was told to say.
#[derive(Default)]
pub struct ScriptedModel {
    replies: Mutex<VecDeque<Reply>>,
}

impl ScriptedModel {
    /// Queue the replies of the next run.
    pub fn expect(&self, replies: Vec<Reply>) {
        self.queue().extend(replies);
    }

    /// How many replies nobody asked for: more than none means that the story went astray.
    pub fn unused(&self) -> usize {
        self.queue().len()
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Reply>> {
        self.replies
            .lock()
            .expect("no reply is taken while another one panics")
    }
}

#[async_trait]
impl LlmProvider for ScriptedModel {
    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, LlmError> {
        let Some(reply) = self.queue().pop_front() else {
            let asked = request.messages.len();
            return Err(LlmError::config(format!(
                "no reply left for {asked} messages"
            )));
        };
        let hangs = reply.hangs;
        let said = stream::iter(chunks(&reply).into_iter().map(Ok));
        Ok(ChatStream::new(if hangs {
            Box::pin(said.chain(stream::pending()))
        } else {
            Box::pin(said)
        }))
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatResponse, LlmError> {
        self.stream(request).await?.collect_response().await
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            supports_streaming: true,
            supports_tools: true,
            supports_vision: true,
            supports_thinking: true,
            ..Capabilities::default()
        }
    }

    fn info(&self) -> ProviderInfo {
        ProviderInfo {
            name: "scripted".into(),
            model: "scripted".into(),
            version: None,
        }
    }
}

fn chunks(reply: &Reply) -> Vec<StreamChunk> {
    let mut chunks = Vec::new();
    let thought = reply.thought.as_deref().unwrap_or_default();
    let text = reply.text.as_deref().unwrap_or_default();
    chunks.extend(pieces(thought).map(StreamChunk::Thought));
    chunks.extend(pieces(text).map(StreamChunk::Text));
    for (index, call) in reply.calls.iter().enumerate() {
        chunks.extend(call_deltas(index, call));
    }
    if !reply.hangs {
        let fitting = if reply.calls.is_empty() {
            "stop"
        } else {
            "tool_calls"
        };
        let reason = reply.finish.unwrap_or(fitting).to_owned();
        chunks.push(StreamChunk::Stop {
            finish_reason: Some(reason),
        });
    }
    chunks
}

/// A call as providers stream it: first its name, then its arguments.
fn call_deltas(index: usize, call: &Call) -> [StreamChunk; 2] {
    let delta = |part| StreamChunk::ToolCall(json!({"delta": {"tool_calls": [part]}}));
    [
        delta(json!({"index": index, "id": call.id, "function": {"name": call.name}})),
        delta(json!({"index": index, "function": {"arguments": call.arguments}})),
    ]
}

/// Text in pieces of some words each, as it would arrive; joined they are the text again.
fn pieces(text: &str) -> impl Iterator<Item = String> + use<> {
    const ABOUT: usize = 48;
    let mut pieces = vec![String::new()];
    for word in text.split_inclusive(char::is_whitespace) {
        let full = pieces
            .last()
            .is_some_and(|piece| piece.chars().count() >= ABOUT);
        if full {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(word);
        }
    }
    pieces.into_iter().filter(|piece| !piece.is_empty())
}
