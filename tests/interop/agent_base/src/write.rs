//! Plays the stories through the real runtime and keeps what comes of them.
//!
//! The crate's runtime leaves saving to its host on a normal end of a run, so this host saves after
//! every step; nothing here builds a session or an event by hand.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use agent_base::engine::SqliteSessionStore;
use agent_base::{
    AgentBuilder, AgentError, AgentResult, AgentRuntime, ConsecutiveFailureRecovery, RetryOnError,
    RunOutcome, RuntimeEvent, SessionId, SessionIdGenerator, SessionStore, StopOnError,
    ToolErrorRecovery, UpdatePlanTool, UserEvent,
};
use serde_json::Value;

use crate::Failure;
use crate::model::ScriptedModel;
use crate::stories;
use crate::story::{
    Expected, HostEdit, Input, Interrupt, Interruption, Recovery, Run, Step, Story,
};
use crate::tools::{AskWhereRisky, CallsInOrder, ScriptedPerson, ScriptedTool};

/// The files to write.
pub struct Target {
    pub db: PathBuf,
    pub turns: Option<PathBuf>,
    pub events: Option<PathBuf>,
}

type Lines = Option<BufWriter<File>>;

/// Play all stories, in their order, into a new database.
pub async fn write(target: &Target) -> Result<(), Failure> {
    if target.db.exists() {
        return Err(format!("{} exists; the fixture starts afresh", target.db.display()).into());
    }
    let store: Arc<dyn SessionStore> = Arc::new(SqliteSessionStore::open(&target.db)?);
    let mut turns = lines(target.turns.as_ref())?;
    let mut events = lines(target.events.as_ref())?;
    for story in stories::all() {
        let id = story.id.to_string();
        play(story, &store, &mut turns, &mut events)
            .await
            .map_err(|failure| format!("session {id}: {failure}"))?;
    }
    for mut file in [turns, events].into_iter().flatten() {
        file.flush()?;
    }
    Ok(())
}

fn lines(path: Option<&PathBuf>) -> Result<Lines, Failure> {
    Ok(path.map(File::create).transpose()?.map(BufWriter::new))
}

/// The story's session id, handed out once: a story has one session.
struct ThisId(SessionId);

impl SessionIdGenerator for ThisId {
    fn generate(&self) -> SessionId {
        self.0.clone()
    }
}

/// A story on its stage: the runtime with the scripts it plays from.
struct Stage {
    id: SessionId,
    runtime: AgentRuntime,
    model: Arc<ScriptedModel>,
    tools: Vec<Arc<ScriptedTool>>,
    person: Arc<ScriptedPerson>,
}

async fn play(
    mut story: Story,
    store: &Arc<dyn SessionStore>,
    turns: &mut Lines,
    events: &mut Lines,
) -> Result<(), Failure> {
    let steps = std::mem::take(&mut story.steps);
    let dump_every = story.dump_every;
    let mut recorded = if story.events { events.as_mut() } else { None };
    let stage = set(story, store.clone()).await?;
    let last = steps.len();
    for (number, step) in (1..).zip(steps) {
        let outcome = match step {
            Step::Run(run) => {
                let (outcome, seen) = stage.run(run, number).await?;
                if let Some(file) = &mut recorded {
                    for event in &seen {
                        writeln!(file, "{}", serde_json::to_string(event)?)?;
                    }
                }
                outcome
            }
            Step::Host(edit) => {
                stage.edit(edit).await?;
                Value::Null
            }
        };
        stage
            .runtime
            .session_manager()
            .save_session(&stage.id)
            .await?;
        if let Some(file) = turns.as_mut()
            && (number % dump_every == 0 || number == last)
        {
            let id = serde_json::to_string(&stage.id)?;
            let state = serde_json::to_string(&stage.runtime.session_or_err(&stage.id).await?)?;
            writeln!(
                file,
                r#"{{"session":{id},"turn":{number},"outcome":{outcome},"state":{state}}}"#
            )?;
        }
    }
    stage.all_was_used()
}

async fn set(story: Story, store: Arc<dyn SessionStore>) -> Result<Stage, Failure> {
    let model = Arc::new(ScriptedModel::default());
    let person = Arc::new(ScriptedPerson::new(story.decisions));
    let tools: Vec<Arc<ScriptedTool>> = story.tools.into_iter().map(Arc::new).collect();
    let risks = tools
        .iter()
        .filter_map(|tool| Some((tool.tool_name(), tool.risk()?)))
        .collect();
    let recovery: Arc<dyn ToolErrorRecovery> = match story.recovery {
        Recovery::Stop => Arc::new(StopOnError),
        Recovery::Retry => Arc::new(RetryOnError),
        Recovery::Consecutive(limit) => Arc::new(ConsecutiveFailureRecovery::new(limit)),
    };
    let mut builder = AgentBuilder::new(model.clone())
        .session_id_generator(Arc::new(ThisId(story.id.clone())))
        .session_store(store)
        .approval_handler(person.clone())
        .tool_policy(Arc::new(AskWhereRisky { risks }))
        .error_recovery(recovery)
        .language(story.language)
        .middleware(CallsInOrder)
        .apply_if(story.system, AgentBuilder::system_prompt)
        .apply_if(story.max_turns, AgentBuilder::execution_max_turns)
        .apply_if(story.keep_turns, AgentBuilder::max_turns_per_session);
    for tool in &tools {
        builder = builder.register_tool_arc(tool.clone());
    }
    if story.with_plan_tool {
        builder = builder.register_tool(UpdatePlanTool::new());
    }
    let runtime = builder.build()?;
    let id = runtime.create_session().await;
    Ok(Stage {
        id,
        runtime,
        model,
        tools,
        person,
    })
}

impl Stage {
    /// Play one run and hold its outcome against the one the story expects.
    async fn run(&self, run: Run, number: usize) -> Result<(Value, Vec<RuntimeEvent>), Failure> {
        self.model.expect(run.replies);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let on_event = self.listener(seen.clone(), run.interrupt);
        let id = self.id.clone();
        let ended = match run.input {
            Input::Text(text) => self.runtime.run_turn(id, &text, on_event).await,
            Input::Ephemeral(text) => {
                self.runtime
                    .run_turn_ephemeral_input(id, &text, on_event)
                    .await
            }
            Input::Images(text, images) => {
                self.runtime
                    .with_session_mut(&self.id, |session| {
                        session.push_user_message_with_images(text, images);
                    })
                    .await?;
                self.runtime.run(id, on_event).await
            }
        };
        let outcome = match ended {
            Err(AgentError::Cancelled) => RunOutcome::Cancelled,
            ended => ended.map_err(|error| format!("step {number}: {error}"))?,
        };
        if !fits(&run.outcome, &outcome) || self.model.unused() > 0 {
            let unused = self.model.unused();
            return Err(
                format!("step {number}: ended {outcome:?}, {unused} replies unused").into(),
            );
        }
        let seen = std::mem::take(&mut *seen.lock().expect("the run is over"));
        Ok((serde_json::to_value(&outcome)?, seen))
    }

    fn listener(
        &self,
        seen: Arc<Mutex<Vec<RuntimeEvent>>>,
        mut interrupt: Option<Interrupt>,
    ) -> impl FnMut(RuntimeEvent) -> AgentResult<()> + Send + 'static {
        let runtime = self.runtime.clone();
        move |event| {
            if interrupt.as_ref().is_some_and(|it| shows(&event, it.on)) {
                match interrupt.take().map(|it| it.what) {
                    Some(Interruption::Cancel) => runtime.cancel(),
                    Some(Interruption::Steer(text)) => runtime.steer(text),
                    None => {}
                }
            }
            seen.lock().expect("one listener at a time").push(event);
            Ok(())
        }
    }

    async fn edit(&self, edit: HostEdit) -> Result<(), Failure> {
        match edit {
            HostEdit::Push(message) => {
                self.runtime
                    .with_session_mut(&self.id, |session| session.push_chat_message(message))
                    .await?;
            }
            HostEdit::KeepFirst(count) => {
                let kept = self
                    .runtime
                    .get_messages(&self.id)
                    .await?
                    .into_iter()
                    .take(count);
                self.runtime.set_messages(&self.id, kept.collect()).await?;
            }
            HostEdit::Replace(messages) => self.runtime.set_messages(&self.id, messages).await?,
        }
        Ok(())
    }

    fn all_was_used(&self) -> Result<(), Failure> {
        for tool in &self.tools {
            if tool.unused() > 0 {
                return Err(
                    format!("{} has {} answers left", tool.tool_name(), tool.unused()).into(),
                );
            }
        }
        match self.person.unused() {
            0 => Ok(()),
            left => Err(format!("{left} decisions left").into()),
        }
    }
}

/// Whether an event shows a text: in a piece of the answer, as progress or as a finished tool.
fn shows(event: &RuntimeEvent, text: &str) -> bool {
    match event {
        RuntimeEvent::TextDelta { text: said, .. }
        | RuntimeEvent::UserEvent {
            event: UserEvent::Progress { text: said },
            ..
        } => said.contains(text),
        RuntimeEvent::ActionFinished { tool_name, .. } => tool_name == text,
        _ => false,
    }
}

fn fits(expected: &Expected, outcome: &RunOutcome) -> bool {
    match (expected, outcome) {
        (Expected::Completed, RunOutcome::Completed)
        | (Expected::Cancelled, RunOutcome::Cancelled) => true,
        (Expected::Failed(why), RunOutcome::Failed { error }) => error.contains(why),
        (Expected::MaxTurns(limit), RunOutcome::MaxTurnsExceeded { turns }) => turns == limit,
        _ => false,
    }
}
