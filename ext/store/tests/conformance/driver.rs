//! Turns as a coordinator would ask for them, with a clock that the test moves.

use std::sync::Arc;

use serde_json::{Value, json};
use tasker_domain::command::{
    Action, Claim, Command, Control, Ending, Failing, Register, Report, Scope, Submission,
};
use tasker_domain::ids::{Millis, StepId, TaskId, WorkerId};
use tasker_domain::outcome::{Done, Granted, GrantedStep, Outcome, Submitted};
use tasker_domain::refusal::Refusal;
use tasker_domain::settings::Rules;
use tasker_store::view::Question;
use tasker_store::{Options, Store, StoreError, Target, TurnInput, TurnOutput};

pub const LEASE_MS: i64 = 1_000;

/// A database in a folder of its own.
pub fn file(folder: &tempfile::TempDir) -> Target {
    Target::SqliteFile(folder.path().join("tasker.sqlite3"))
}

pub fn open(target: &Target) -> Box<dyn Store> {
    tasker_store::open(target, &Options::default()).expect("a database")
}

/// A schema of its own in the PostgreSQL of the tests.
pub fn postgres() -> Box<dyn Store> {
    let target = Target::parse(&crate::server::url()).expect("a URL");
    let options = Options {
        schema: crate::server::schema(),
        ..Options::default()
    };
    tasker_store::open(&target, &options).expect("a schema")
}

/// One worker on a store.
pub struct Driver<'a> {
    pub store: &'a mut dyn Store,
    pub now: Millis,
    /// What the clock says when a turn's transaction has begun, if that is later.
    pub clock: fn() -> Millis,
    pub worker: WorkerId,
    pub rules: Arc<Rules>,
    /// Whether workers whose lease is over keep it.
    pub spare_silent: bool,
    seed: u64,
}

impl Driver<'_> {
    pub fn new(store: &mut dyn Store) -> Driver<'_> {
        Driver::at(store, 1_000_000)
    }

    pub fn at(store: &mut dyn Store, now: Millis) -> Driver<'_> {
        let worker = store
            .enroll("test:1|x|y|z", now, LEASE_MS)
            .expect("a worker");
        Driver {
            store,
            now,
            clock: || 0,
            worker,
            rules: Arc::new(Rules {
                lease_ms: LEASE_MS,
                ..Rules::default()
            }),
            spare_silent: false,
            seed: 1,
        }
    }

    pub fn try_turn(&mut self, commands: &[Command]) -> Result<TurnOutput, StoreError> {
        self.turn_with(commands, false, &[])
    }

    pub fn turn_with(
        &mut self,
        commands: &[Command],
        renew_lease: bool,
        dead: &[WorkerId],
    ) -> Result<TurnOutput, StoreError> {
        self.seed += 1;
        self.store.turn(TurnInput {
            now: self.now,
            clock: &self.clock,
            worker: self.worker,
            rules: &self.rules,
            seed: self.seed,
            commands,
            renew_lease,
            dead,
            spare_silent: self.spare_silent,
        })
    }

    pub fn turn(&mut self, commands: &[Command]) -> TurnOutput {
        let output = self.try_turn(commands).expect("a turn");
        assert_eq!(output.outcomes.len(), commands.len());
        output
    }

    /// A turn of one command.
    pub fn one(&mut self, command: Command) -> Outcome {
        self.turn(&[command]).outcomes.remove(0)
    }

    pub fn tick(&mut self) -> TurnOutput {
        self.turn(&[Command::Tick])
    }

    pub fn register(&mut self, definition: &Value) -> (i64, bool) {
        match self.one(register(&definition.to_string())) {
            Ok(Done::Registered { template, new }) => (template.0, new),
            other => panic!("a template came to {other:?}"),
        }
    }

    pub fn try_submit(&mut self, submission: Submission) -> Result<Submitted, Refusal> {
        match self.one(Command::Submit(vec![submission]))? {
            Done::Submitted(mut made) => Ok(made.remove(0)),
            other => panic!("a submission came to {other:?}"),
        }
    }

    pub fn submit(&mut self) -> TaskId {
        self.try_submit(flow()).expect("a task").task
    }

    /// Registers a template and submits one task of it.
    pub fn start(&mut self, definition: &Value) -> TaskId {
        self.register(definition);
        self.submit()
    }

    pub fn try_claim(&mut self, scope: Scope, want: u32) -> Result<Granted, Refusal> {
        match self.one(claim(scope, want))? {
            Done::Granted(granted) => Ok(granted),
            other => panic!("a claim came to {other:?}"),
        }
    }

    pub fn take(&mut self, want: u32) -> Vec<GrantedStep> {
        self.try_claim(Scope::Any, want).expect("a claim").steps
    }

    /// Takes the one step that can be taken.
    pub fn take_only(&mut self) -> GrantedStep {
        let mut steps = self.take(10);
        assert_eq!(steps.len(), 1, "not one step can be taken: {steps:?}");
        steps.remove(0)
    }

    pub fn complete(&mut self, step: &GrantedStep, result: &str) {
        let outcome = self.one(report(step, done(result)));
        assert!(matches!(outcome, Ok(Done::Recorded)), "{outcome:?}");
    }

    pub fn fail(&mut self, step: &GrantedStep, permanent: bool) {
        let outcome = self.one(report(step, failed(permanent)));
        assert!(matches!(outcome, Ok(Done::Recorded)), "{outcome:?}");
    }

    /// Takes and completes steps until nothing more can be taken.
    pub fn run(&mut self) {
        loop {
            let steps = self.take(1);
            let [step] = &steps[..] else { return };
            self.complete(step, "1");
        }
    }

    pub fn control(&mut self, task: TaskId, action: Action) -> Outcome {
        let reason = Some("because".to_owned());
        self.one(Command::Control(Control {
            task,
            action,
            reason,
        }))
    }

    pub fn try_ask(&mut self, question: &Question) -> Result<Value, StoreError> {
        let text = self.store.reader().answer(question)?;
        Ok(serde_json::from_str(&text).expect("JSON"))
    }

    pub fn ask(&mut self, question: &Question) -> Value {
        self.try_ask(question).expect("an answer")
    }

    pub fn context(&mut self, task: TaskId) -> Value {
        self.ask(&Question::Context(task))
    }

    pub fn status(&mut self, task: TaskId) -> String {
        text(&self.context(task)["status"])
    }

    /// The states of a task's steps, in the template's order.
    pub fn states(&mut self, task: TaskId) -> Vec<String> {
        let context = self.context(task);
        let steps = context["steps"].as_array().expect("steps");
        steps.iter().map(|step| text(&step["status"])).collect()
    }

    pub fn step(&mut self, task: TaskId, position: usize) -> Value {
        self.context(task)["steps"][position].clone()
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

pub fn register(definition: &str) -> Command {
    Command::Register(Register {
        definition: definition.into(),
    })
}

pub fn claim(scope: Scope, want: u32) -> Command {
    Command::Claim(Claim { scope, want })
}

pub fn report(step: &GrantedStep, ending: Ending) -> Command {
    report_of(step.step, step.fence, ending)
}

pub fn report_of(step: StepId, fence: i64, ending: Ending) -> Command {
    Command::Report(Report {
        step,
        fence,
        ending,
    })
}

pub fn done(result: &str) -> Ending {
    Ending::Complete(result.into())
}

pub fn failed(permanent: bool) -> Ending {
    Ending::Failed(Failing {
        error: r#"{"class":"E","message":"m","context":{}}"#.into(),
        permanent,
        retry_after_ms: None,
    })
}

pub fn is_stale(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Refusal::StaleLease { .. }))
}

/// A submission of `default/flow`.
pub fn flow() -> Submission {
    Submission {
        namespace: "default".to_owned(),
        name: "flow".to_owned(),
        context: "{}".to_owned(),
        ..Submission::default()
    }
}

/// The template `default/flow` of named steps with their parents.
pub fn steps(named: &[(&str, &[&str])]) -> Value {
    let steps: Vec<_> = named
        .iter()
        .map(|(name, parents)| {
            json!({"name": name, "handler": {"callable": "H"}, "dependencies": parents,
                   "retry": {"max_attempts": 3, "backoff": "none", "backoff_base_ms": 100}})
        })
        .collect();
    json!({ "name": "flow", "steps": steps })
}

/// `a` leads to `b` and `c`, and both to `d`.
pub fn diamond() -> Value {
    steps(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])])
}
