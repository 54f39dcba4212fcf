//! One worker on a store, which hands in what it holds and takes the next in the same turn.

use std::sync::Arc;

use tasker_domain::command::{Claim, Command, Ending, Register, Report, Scope, Submission};
use tasker_domain::ids::{Millis, StepId, WorkerId};
use tasker_domain::outcome::{Done, Outcome};
use tasker_domain::settings::Rules;
use tasker_store::{Store, StoreError, TurnInput};

/// A worker with a clock that goes on by a millisecond each turn.
pub struct Worker {
    store: Box<dyn Store>,
    id: WorkerId,
    rules: Arc<Rules>,
    now: Millis,
    held: Vec<(StepId, i64)>,
}

impl Worker {
    /// Enrolls a worker.
    ///
    /// # Errors
    /// What the database says.
    pub fn new(mut store: Box<dyn Store>) -> Result<Worker, StoreError> {
        let now = 1_000_000;
        let id = store.enroll("bench:1", now, 3_600_000)?;
        let rules = Arc::new(Rules {
            step_timeout_ms: 3_600_000_000,
            ..Rules::default()
        });
        let held = Vec::new();
        Ok(Worker {
            store,
            id,
            rules,
            now,
            held,
        })
    }

    /// The store.
    pub fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// Stores a definition.
    ///
    /// # Errors
    /// What the database says.
    pub fn register(&mut self, definition: &str) -> Result<(), StoreError> {
        let definition = definition.into();
        self.turn(&[Command::Register(Register { definition })])
            .map(drop)
    }

    /// Makes tasks of `default/flow`.
    ///
    /// # Errors
    /// What the database says.
    pub fn submit(&mut self, count: usize) -> Result<Vec<Outcome>, StoreError> {
        let submission = Submission {
            namespace: "default".to_owned(),
            name: "flow".to_owned(),
            context: r#"{"order_id":12345}"#.to_owned(),
            ..Submission::default()
        };
        self.turn(&[Command::Submit(vec![submission; count])])
    }

    /// Hands in all that it holds and takes up to `want` steps; how many it got.
    ///
    /// # Errors
    /// What the database says.
    pub fn exchange(&mut self, want: u32) -> Result<usize, StoreError> {
        self.exchange_of(Scope::Any, want)
    }

    /// The same, where only steps of `scope` are taken.
    ///
    /// # Errors
    /// What the database says.
    pub fn exchange_of(&mut self, scope: Scope, want: u32) -> Result<usize, StoreError> {
        let mut commands: Vec<Command> = std::mem::take(&mut self.held)
            .into_iter()
            .map(|(step, fence)| {
                let ending = Ending::Complete(r#"{"ok":true}"#.into());
                Command::Report(Report {
                    step,
                    fence,
                    ending,
                })
            })
            .collect();
        commands.push(Command::Claim(Claim { scope, want }));
        if let Some(Ok(Done::Granted(granted))) = self.turn(&commands)?.pop() {
            self.held = granted.steps.iter().map(|s| (s.step, s.fence)).collect();
        }
        Ok(self.held.len())
    }

    fn turn(&mut self, commands: &[Command]) -> Result<Vec<Outcome>, StoreError> {
        self.now += 1;
        let input = TurnInput {
            now: self.now,
            clock: &|| 0,
            worker: self.id,
            rules: &self.rules,
            seed: 1,
            commands,
            renew_lease: false,
            dead: &[],
            spare_silent: false,
        };
        self.store.turn(input).map(|output| output.outcomes)
    }
}
