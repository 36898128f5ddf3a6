//! What a scripted session is, as plain values: who says what, which tools exist, how runs end.
//!
//! No runtime, no store and no file is touched here; `write` plays a story, `stories` tells them.

use agent_base::engine::ApprovalDecision;
use agent_base::{ChatMessage, ImageAttachment, Language, SessionId};
use serde_json::Value;

use crate::tools::ScriptedTool;

/// One session from its first to its last step.
pub struct Story {
    pub id: SessionId,
    pub system: Option<&'static str>,
    pub tools: Vec<ScriptedTool>,
    pub with_plan_tool: bool,
    pub recovery: Recovery,
    pub decisions: Vec<ApprovalDecision>,
    pub max_turns: Option<u32>,
    pub keep_turns: Option<usize>,
    pub language: Language,
    pub dump_every: usize,
    pub events: bool,
    pub steps: Vec<Step>,
    calls: usize,
}

/// The crate's strategies after a tool error.
#[derive(Clone, Copy)]
pub enum Recovery {
    Stop,
    Retry,
    Consecutive(usize),
}

/// What changes a session: a run, or the host's own hand.
pub enum Step {
    Run(Run),
    Host(HostEdit),
}

/// One run: an input, the model's replies in order, and the outcome that must come of it.
pub struct Run {
    pub input: Input,
    pub replies: Vec<Reply>,
    pub outcome: Expected,
    pub interrupt: Option<Interrupt>,
}

/// How the user's words reach the session.
pub enum Input {
    Text(String),
    Ephemeral(String),
    Images(String, Vec<ImageAttachment>),
}

/// What a host may do to a live session between runs.
pub enum HostEdit {
    Push(ChatMessage),
    KeepFirst(usize),
    Replace(Vec<ChatMessage>),
}

/// One reply of the model, as it will be streamed.
#[derive(Default)]
pub struct Reply {
    pub thought: Option<String>,
    pub text: Option<String>,
    pub calls: Vec<Call>,
    pub finish: Option<&'static str>,
    pub hangs: bool,
}

/// One tool call of a reply; `arguments` is the text a model wrote, valid JSON or not.
pub struct Call {
    pub id: String,
    pub name: &'static str,
    pub arguments: String,
}

/// The outcome a run must have, so that a story that goes astray is an error and not a fixture.
pub enum Expected {
    Completed,
    Failed(&'static str),
    MaxTurns(u32),
    Cancelled,
}

/// Something that happens while a run goes on, once an event shows the text `on`.
pub struct Interrupt {
    pub on: &'static str,
    pub what: Interruption,
}

/// The two ways to interfere with a run.
pub enum Interruption {
    Cancel,
    Steer(String),
}

impl Story {
    /// Begin the story of a session with a numeric id.
    pub fn new(id: u64) -> Self {
        Self::of(SessionId::new(id))
    }

    /// Begin the story of a session with an external id.
    pub fn external(id: u64, external: &str) -> Self {
        Self::of(SessionId::with_external_id(id, external))
    }

    fn of(id: SessionId) -> Self {
        Self {
            id,
            system: None,
            tools: Vec::new(),
            with_plan_tool: false,
            recovery: Recovery::Stop,
            decisions: Vec::new(),
            max_turns: None,
            keep_turns: None,
            language: Language::En,
            dump_every: 1,
            events: false,
            steps: Vec::new(),
            calls: 0,
        }
    }

    pub fn system(mut self, prompt: &'static str) -> Self {
        self.system = Some(prompt);
        self
    }

    pub fn tool(mut self, tool: ScriptedTool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Give the agent the crate's own `update_plan`.
    pub fn plan_tool(mut self) -> Self {
        self.with_plan_tool = true;
        self
    }

    pub fn recovery(mut self, recovery: Recovery) -> Self {
        self.recovery = recovery;
        self
    }

    pub fn decisions(mut self, decisions: impl IntoIterator<Item = ApprovalDecision>) -> Self {
        self.decisions.extend(decisions);
        self
    }

    pub fn max_turns(mut self, turns: u32) -> Self {
        self.max_turns = Some(turns);
        self
    }

    pub fn keep_turns(mut self, turns: usize) -> Self {
        self.keep_turns = Some(turns);
        self
    }

    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Dump the state after every n-th step only (and after the last).
    pub fn dump_every(mut self, steps: usize) -> Self {
        self.dump_every = steps;
        self
    }

    /// Have `write --events` record this session.
    pub fn record_events(mut self) -> Self {
        self.events = true;
        self
    }

    /// The user says something and the run completes.
    pub fn ask(self, text: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.run(
            Input::Text(text.to_owned()),
            replies,
            Expected::Completed,
            None,
        )
    }

    /// The user says something and the run ends as `outcome` says.
    pub fn ask_until(
        self,
        text: &str,
        replies: impl IntoIterator<Item = Reply>,
        outcome: Expected,
    ) -> Self {
        self.run(Input::Text(text.to_owned()), replies, outcome, None)
    }

    /// The user says something and interferes once an event shows the text `on`.
    pub fn ask_and_interrupt(
        self,
        text: &str,
        replies: impl IntoIterator<Item = Reply>,
        on: &'static str,
        what: Interruption,
    ) -> Self {
        let outcome = match what {
            Interruption::Cancel => Expected::Cancelled,
            Interruption::Steer(_) => Expected::Completed,
        };
        let interrupt = Some(Interrupt { on, what });
        self.run(Input::Text(text.to_owned()), replies, outcome, interrupt)
    }

    /// The user shows pictures.
    pub fn show(
        self,
        text: &str,
        images: Vec<ImageAttachment>,
        replies: impl IntoIterator<Item = Reply>,
    ) -> Self {
        let input = Input::Images(text.to_owned(), images);
        self.run(input, replies, Expected::Completed, None)
    }

    /// The host slips in words that the transcript forgets after the run.
    pub fn whisper(self, text: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.run(
            Input::Ephemeral(text.to_owned()),
            replies,
            Expected::Completed,
            None,
        )
    }

    /// The host edits the live session between two runs.
    pub fn host(mut self, edit: HostEdit) -> Self {
        self.steps.push(Step::Host(edit));
        self
    }

    fn run(
        mut self,
        input: Input,
        replies: impl IntoIterator<Item = Reply>,
        outcome: Expected,
        interrupt: Option<Interrupt>,
    ) -> Self {
        let mut replies: Vec<Reply> = replies.into_iter().collect();
        for call in replies.iter_mut().flat_map(|reply| &mut reply.calls) {
            self.calls += 1;
            call.id = format!("call_{:04}", self.calls);
        }
        self.steps.push(Step::Run(Run {
            input,
            replies,
            outcome,
            interrupt,
        }));
        self
    }
}

impl Reply {
    pub fn thinking(mut self, thought: &str) -> Self {
        self.thought = Some(thought.to_owned());
        self
    }

    pub fn saying(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    /// End the stream with another finish reason than the one that fits.
    pub fn finishing(mut self, reason: &'static str) -> Self {
        self.finish = Some(reason);
        self
    }

    /// Never end the stream: only a cancel gets out of it.
    pub fn hanging(mut self) -> Self {
        self.hangs = true;
        self
    }
}

/// Answer with text.
pub fn say(text: &str) -> Reply {
    Reply::default().saying(text)
}

/// Call tools, all in one batch.
pub fn calls<const N: usize>(batch: [(&'static str, &str); N]) -> Reply {
    let call = |(name, arguments): (&'static str, &str)| Call {
        id: String::new(),
        name,
        arguments: arguments.to_owned(),
    };
    Reply {
        calls: batch.into_iter().map(call).collect(),
        ..Reply::default()
    }
}

/// Call one tool.
pub fn call(name: &'static str, arguments: &str) -> Reply {
    calls([(name, arguments)])
}

/// Append an application's own message.
pub fn custom(role: &str, data: Value) -> HostEdit {
    HostEdit::Push(ChatMessage::Custom {
        role: role.to_owned(),
        data,
    })
}
