//! The scripted side of the agent: tools with prepared answers, a policy and a person who decides.

use std::collections::VecDeque;
use std::sync::Mutex;

use agent_base::engine::{ApprovalDecision, ApprovalHandler, ApprovalRequest};
use agent_base::{
    AgentError, AgentResult, Content, Middleware, PostLlmCtx, RiskLevel, Tool, ToolContext,
    ToolPolicy, UserEvent,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A tool whose answers are known beforehand, one for every call.
pub struct ScriptedTool {
    name: &'static str,
    description: &'static str,
    required: &'static [&'static str],
    risk: Option<Risk>,
    answers: Mutex<VecDeque<Answer>>,
}

/// Why a person must agree before the tool runs.
#[derive(Clone, Copy)]
pub struct Risk {
    pub level: fn() -> RiskLevel,
    pub title: &'static str,
    pub action_key: Option<&'static str>,
}

/// What a tool does when called.
pub enum Answer {
    Text(String),
    Image {
        text: String,
        base64: &'static str,
    },
    Detail {
        text: String,
        detail: Value,
    },
    Events {
        events: Vec<UserEvent>,
        text: String,
    },
    Fail(&'static str),
    WaitForPerson(&'static str),
    HangAfter(&'static str),
}

impl ScriptedTool {
    /// Describe a tool; all its arguments are strings, and required.
    pub fn new(
        name: &'static str,
        description: &'static str,
        required: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            description,
            required,
            risk: None,
            answers: Mutex::default(),
        }
    }

    /// Ask a person before every call.
    pub fn needs_approval(
        mut self,
        level: fn() -> RiskLevel,
        title: &'static str,
        action_key: Option<&'static str>,
    ) -> Self {
        self.risk = Some(Risk {
            level,
            title,
            action_key,
        });
        self
    }

    /// Add answers, given in the order of the calls.
    pub fn answers(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.queue().extend(answers);
        self
    }

    /// Add text answers.
    pub fn says<const N: usize>(self, answers: [&str; N]) -> Self {
        self.answers(answers.map(|text| Answer::Text(text.to_owned())))
    }

    pub fn tool_name(&self) -> &'static str {
        self.name
    }

    pub fn risk(&self) -> Option<Risk> {
        self.risk
    }

    /// How many answers no call asked for.
    pub fn unused(&self) -> usize {
        self.queue().len()
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Answer>> {
        self.answers
            .lock()
            .expect("no answer is taken while another one panics")
    }
}

#[async_trait]
impl Tool for ScriptedTool {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> &'static str {
        self.description
    }

    fn schema(&self) -> Value {
        let properties: serde_json::Map<String, Value> = self
            .required
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": properties, "required": self.required})
    }

    async fn call(&self, _args: &Value, ctx: &ToolContext) -> AgentResult<Vec<Content>> {
        let answer = self.queue().pop_front();
        match answer {
            Some(Answer::Text(text)) => Ok(vec![Content::text(text)]),
            Some(Answer::Image { text, base64 }) => Ok(vec![
                Content::text(text),
                Content::image(base64, "image/png"),
            ]),
            Some(Answer::Detail { text, detail }) => {
                Ok(vec![Content::text(text), Content::detail(detail)])
            }
            Some(Answer::Events { events, text }) => {
                for event in events {
                    ctx.emit_user_event(event);
                }
                Ok(vec![Content::text(text)])
            }
            Some(Answer::Fail(message)) => Err(AgentError::resource_unavailable(message)),
            Some(Answer::WaitForPerson(text)) => {
                ctx.mark_waiting_for_human();
                Ok(vec![Content::text(text)])
            }
            Some(Answer::HangAfter(progress)) => {
                ctx.emit_progress(progress);
                std::future::pending().await
            }
            None => Err(AgentError::internal(format!(
                "{} has no answer left",
                self.name
            ))),
        }
    }
}

/// Ask for approval wherever a tool says that it is risky.
pub struct AskWhereRisky {
    pub risks: Vec<(&'static str, Risk)>,
}

#[async_trait]
impl ToolPolicy for AskWhereRisky {
    async fn evaluate_approval(&self, tool_name: &str, args: &Value) -> Option<ApprovalRequest> {
        let (_, risk) = self.risks.iter().find(|(name, _)| *name == tool_name)?;
        Some(ApprovalRequest {
            title: risk.title.to_owned(),
            message: format!("`{tool_name}` wants to run with {args}"),
            action_key: risk.action_key.map(str::to_owned),
            risk_level: (risk.level)(),
            raw: Some(args.clone()),
            source: None,
        })
    }
}

/// A person whose decisions are known beforehand; once there is none left, the answer is no.
pub struct ScriptedPerson {
    decisions: Mutex<VecDeque<ApprovalDecision>>,
}

impl ScriptedPerson {
    pub fn new(decisions: Vec<ApprovalDecision>) -> Self {
        Self {
            decisions: Mutex::new(decisions.into()),
        }
    }

    /// How many decisions nobody asked for.
    pub fn unused(&self) -> usize {
        self.decisions
            .lock()
            .expect("no decision is taken while another one panics")
            .len()
    }
}

#[async_trait]
impl ApprovalHandler for ScriptedPerson {
    async fn approve(
        &self,
        _request: ApprovalRequest,
        _cancel: CancellationToken,
    ) -> AgentResult<ApprovalDecision> {
        let decision = self
            .decisions
            .lock()
            .expect("no decision is taken while another one panics")
            .pop_front();
        decision.ok_or_else(|| AgentError::internal("the script holds no further decision"))
    }
}

/// Put the calls of a batch back into the order in which the model wrote them.
///
/// The crate collects the calls of a stream in a hash map, so a batch comes out in another order
/// in every process; the fixture must not.
pub struct CallsInOrder;

#[async_trait]
impl Middleware for CallsInOrder {
    async fn on_post_llm(&self, ctx: &mut PostLlmCtx) -> AgentResult<()> {
        if let Some(actions) = ctx.actions_mut() {
            actions.sort_by(|a, b| a.id.cmp(&b.id));
        }
        Ok(())
    }
}
