//! A caller, with a deadline for every wait.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};
use tasker_coordinator::{
    Answer, Envelope, Failure, Grant, Handle, RawReport, Reply, Request, Waiting,
};
use tempfile::TempDir;

/// Longer than anything here should take on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A wait that should never be over.
pub const LONG_MS: u64 = 600_000;

pub struct Client {
    pub handle: Handle,
}

impl Client {
    /// A coordinator in memory.
    pub fn new() -> Client {
        Client::with(json!({}))
    }

    /// A coordinator with settings of its own; in memory where they don't say where.
    pub fn with(settings: Value) -> Client {
        Client::try_with(settings).expect("a coordinator")
    }

    pub fn try_with(mut settings: Value) -> Result<Client, Failure> {
        let object = settings.as_object_mut().expect("an object");
        object
            .entry("database_url")
            .or_insert_with(|| json!("sqlite::memory:"));
        Handle::open(&settings.to_string()).map(|handle| Client { handle })
    }

    /// A coordinator on a file of this folder.
    pub fn on(folder: &TempDir, mut settings: Value) -> Client {
        settings["database_url"] = json!(url(folder));
        Client::with(settings)
    }

    pub fn send(&self, request: Request) -> Waiting {
        let (envelope, answer) = Envelope::new(request);
        let sent = self.handle.requests().send_timeout(envelope, LIMIT);
        assert!(sent.is_ok(), "no place in the queue");
        self.handle.ring();
        answer
    }

    pub fn try_call(&self, kind: &str, request: Value) -> Result<Value, Failure> {
        match wait(&self.send(call(kind, request)))? {
            Reply::Json(text) => Ok(serde_json::from_str(&text).expect("JSON")),
            Reply::Grant(grant) => panic!("the call {kind} came to {grant:?}"),
        }
    }

    pub fn call(&self, kind: &str, request: Value) -> Value {
        self.try_call(kind, request).expect("an answer")
    }

    /// Registers `default/flow` of named steps with their parents.
    pub fn register(&self, named: &[(&str, &[&str])]) {
        self.call("register_template", json!({ "definition": steps(named) }));
    }

    pub fn submit(&self) -> i64 {
        id(&self.call("submit", json!({"requests": [{"name": "flow"}]})))
    }

    pub fn submit_many(&self, count: usize) {
        let requests = vec![json!({"name": "flow"}); count];
        self.call("submit", json!({ "requests": requests }));
    }

    pub fn exchange(&self, task: i64, want: u32, reports: Vec<RawReport>) -> Grant {
        let request = Request::exchange(task, want, 0, reports).expect("a request");
        grant(wait(&self.send(request)))
    }

    /// Takes steps of any task.
    pub fn take(&self, want: u32) -> Vec<RawReport> {
        let mut granted = self.exchange(0, want, Vec::new());
        granted.taken();
        reports(&granted)
    }

    /// Starts an exchange that waits for steps of any task.
    pub fn park(&self, want: u32, wait_ms: u64) -> Waiting {
        self.send(Request::exchange(0, want, wait_ms, Vec::new()).expect("a request"))
    }

    pub fn context(&self, task: i64) -> Value {
        self.call("context", json!({ "task_id": task }))
    }

    pub fn metric(&self, key: &str) -> i64 {
        self.call("metrics", json!({}))[key]
            .as_i64()
            .expect("a number")
    }

    /// Waits until this many claims are parked.
    pub fn until_parked(&self, count: i64) {
        until("claims are parked", || {
            self.metric("parked_claims") == count
        });
    }
}

pub fn call(kind: &str, request: Value) -> Request {
    Request::call(kind, &request.to_string()).expect("a call")
}

pub fn url(folder: &TempDir) -> String {
    format!("sqlite://{}/tasker.sqlite3", folder.path().display())
}

pub fn wait(answer: &Receiver<Answer>) -> Answer {
    match answer.recv_timeout(LIMIT) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => panic!("no answer within {LIMIT:?}"),
        Err(RecvTimeoutError::Disconnected) => Err(Failure::internal("no answer will come")),
    }
}

pub fn grant(answer: Answer) -> Grant {
    match answer.expect("an answer") {
        Reply::Grant(grant) => grant,
        Reply::Json(text) => panic!("an exchange came to {text}"),
    }
}

/// A completion for each step of a grant.
pub fn reports(granted: &Grant) -> Vec<RawReport> {
    let steps = granted.steps.iter();
    steps
        .map(|step| RawReport {
            step_id: step.step_id,
            fence: step.fence,
            outcome: 0,
            payload: "1".to_owned(),
        })
        .collect()
}

pub fn failed(report: &RawReport) -> RawReport {
    RawReport {
        outcome: 1,
        payload: r#"{"class":"E","message":"m"}"#.to_owned(),
        ..report.clone()
    }
}

pub fn id(submitted: &Value) -> i64 {
    submitted["tasks"][0]["task_id"].as_i64().expect("an id")
}

/// Waits on a condition that another thread brings about.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "in vain until {what}");
        std::thread::yield_now();
    }
}

/// Another process that holds the database's write lock.
pub fn lock(folder: &TempDir) -> SqliteConnection {
    let path = folder.path().join("tasker.sqlite3");
    let path = path.to_str().expect("UTF-8");
    let mut connection = SqliteConnection::establish(path).expect("a connection");
    connection
        .batch_execute("BEGIN IMMEDIATE;")
        .expect("the lock");
    connection
}

pub fn unlock(connection: &mut SqliteConnection) {
    connection
        .batch_execute("ROLLBACK;")
        .expect("the end of it");
}

/// The template `default/flow` of named steps with their parents.
pub fn steps(named: &[(&str, &[&str])]) -> Value {
    let steps: Vec<_> = named
        .iter()
        .map(|(name, parents)| {
            json!({"name": name, "handler": {"callable": "H"}, "dependencies": parents,
                   "retry": {"max_attempts": 3, "backoff": "none", "backoff_base_ms": 20}})
        })
        .collect();
    json!({ "name": "flow", "steps": steps })
}
