//! The engine on its store, and what it is asked to do with it.

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use durare::{
    Client, DurableEngine, PostgresProvider, SqliteProvider, StateProvider, WorkflowAggregateQuery,
    WorkflowOptions,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// How many workflows are under way at once; more of them is slower.
const UNDER_WAY: usize = 128;
/// Connections, of which durare's listener has one.
const POSTGRES_CONNECTIONS: u32 = 33;
const SQLITE_CONNECTIONS: u32 = 5;

/// A queue that nobody takes from, so that submissions can be measured alone, and how many submit at once.
const UNATTENDED: &str = "unattended";
const SUBMITTERS: usize = 8;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// durare on a store that is empty in the beginning.
pub struct Peer {
    engine: DurableEngine,
    client: Client,
}

impl Peer {
    /// Opens the store and makes its tables.
    pub async fn open(url: &str) -> Outcome<Self> {
        let provider: Arc<dyn StateProvider> = if url.starts_with("sqlite:") {
            Arc::new(sqlite(url).await?)
        } else {
            Arc::new(postgres(url).await?)
        };
        let engine = DurableEngine::new(provider.clone()).await?;
        engine.launch().await?;
        let client = Client::new(provider);
        Ok(Self { engine, client })
    }

    /// Does what a line asks for.
    pub async fn answer(&self, asked: &Value) -> Outcome<Value> {
        let count = asked["count"].as_u64().ok_or("how many?")?;
        match asked["do"].as_str() {
            Some("run") => {
                let workload = asked["workload"].as_str().ok_or("which workload?")?;
                self.run(workload, count).await
            }
            Some("idle") => self.idle(count).await,
            Some("submits") => self.submits(count).await,
            other => Err(format!("peer_durare can't do {other:?}").into()),
        }
    }

    async fn run(&self, workload: &str, count: u64) -> Outcome<Value> {
        let before = self.count("SUCCESS").await?;
        let began = Instant::now();
        stream::iter(0..count)
            .map(|_| self.one(workload))
            .buffer_unordered(UNDER_WAY)
            .try_collect::<Vec<i64>>()
            .await?;
        let seconds = began.elapsed().as_secs_f64();
        let completed = self.count("SUCCESS").await? - before;
        Ok(json!({ "seconds": seconds, "completed": completed }))
    }

    async fn idle(&self, count: u64) -> Outcome<Value> {
        let before = self.count("SUCCESS").await?;
        let mut samples = Vec::new();
        for _ in 0..count {
            let began = Instant::now();
            self.one("w1").await?;
            samples.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        let completed = self.count("SUCCESS").await? - before;
        Ok(json!({ "ms": samples, "completed": completed }))
    }

    async fn submits(&self, count: u64) -> Outcome<Value> {
        let before = self.count("ENQUEUED").await?;
        let began = Instant::now();
        stream::iter(0..count)
            .map(|_| self.submit())
            .buffer_unordered(SUBMITTERS)
            .try_collect::<Vec<()>>()
            .await?;
        let seconds = began.elapsed().as_secs_f64();
        let completed = self.count("ENQUEUED").await? - before;
        Ok(json!({ "seconds": seconds, "completed": completed }))
    }

    /// Starts a workflow and waits for its result.
    async fn one(&self, workload: &str) -> durare::Result<i64> {
        self.engine
            .start::<i64, i64>(workload, 0, WorkflowOptions::default())
            .await?
            .await
    }

    /// Puts a workflow where nobody takes it.
    async fn submit(&self) -> durare::Result<()> {
        self.client
            .enqueue::<i64, i64>(UNATTENDED, "w1", 0, WorkflowOptions::default())
            .await?;
        Ok(())
    }

    /// How many workflows the store has in that state.
    async fn count(&self, status: &str) -> Outcome<i64> {
        let query = WorkflowAggregateQuery {
            by_status: true,
            select_count: true,
            status: vec![status.to_owned()],
            ..Default::default()
        };
        let rows = self.engine.get_workflow_aggregates(&query).await?;
        Ok(rows.iter().filter_map(|row| row.count).sum())
    }
}

async fn postgres(url: &str) -> Outcome<PostgresProvider> {
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .connect(url)
        .await?;
    Ok(PostgresProvider::from_pool_with_schema(pool, "dbos")?)
}

/// As the provider opens it by itself, but with a commit that is on disk when it returns.
async fn sqlite(url: &str) -> Outcome<SqliteProvider> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new()
        .max_connections(SQLITE_CONNECTIONS)
        .connect_with(options)
        .await?;
    Ok(SqliteProvider::from_pool(pool))
}
