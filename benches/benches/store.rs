//! Turns and contexts on SQLite, in memory and in a file with `synchronous=FULL`.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't be set up has nothing to say"
)]

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tasker_benches::shapes::{fan, linear};
use tasker_benches::worker::Worker;
use tasker_domain::ids::TaskId;
use tasker_store::view::Question;
use tasker_store::{Options, Target};

/// In memory, and in a file of a folder that lives as long as this.
struct Targets {
    folder: tempfile::TempDir,
    files: usize,
}

impl Targets {
    fn new() -> Targets {
        let folder = tempfile::tempdir().expect("a folder");
        Targets { folder, files: 0 }
    }

    fn both(&mut self) -> [(&'static str, Target); 2] {
        self.files += 1;
        let file = format!("{}.sqlite3", self.files);
        let file = Target::SqliteFile(self.folder.path().join(file));
        [("memory", Target::SqliteMemory), ("file", file)]
    }
}

fn worker(target: &Target, definition: &str) -> Worker {
    let store = tasker_store::open(target, &Options::default()).expect("a store");
    let mut worker = Worker::new(store).expect("a worker");
    worker.register(definition).expect("a template");
    worker
}

/// One turn: so many results handed in, and as many steps taken.
fn turns(criterion: &mut Criterion) {
    let mut targets = Targets::new();
    let mut group = criterion.benchmark_group("turn");
    for size in [1_u32, 10, 100] {
        group.throughput(Throughput::Elements(size.into()));
        for (name, target) in targets.both() {
            let mut worker = worker(&target, &linear(5));
            let id = BenchmarkId::new(format!("{size} reports and claims"), name);
            group.bench_function(id, |bencher| {
                bencher.iter_custom(|turns| {
                    let steps = (turns + 1) * u64::from(size);
                    let mut missing = (steps / 5 + u64::from(size)) as usize;
                    while missing > 0 {
                        let some = missing.min(1_000);
                        worker.submit(some).expect("tasks");
                        missing -= some;
                    }
                    worker.exchange(size).expect("a turn");
                    let began = Instant::now();
                    for _ in 0..turns {
                        let got = worker.exchange(size).expect("a turn");
                        assert_eq!(got, size as usize, "there are too few steps");
                    }
                    began.elapsed()
                });
            });
        }
    }
    group.finish();
}

fn submissions(criterion: &mut Criterion) {
    let mut targets = Targets::new();
    let mut group = criterion.benchmark_group("submit");
    for size in [1_usize, 100] {
        group.throughput(Throughput::Elements(size as u64));
        for (name, target) in targets.both() {
            let mut worker = worker(&target, &linear(5));
            let id = BenchmarkId::new(format!("{size} tasks of 5 steps"), name);
            group.bench_function(id, |bencher| {
                bencher.iter(|| worker.submit(size).expect("tasks"));
            });
        }
    }
    group.finish();
}

fn contexts(criterion: &mut Criterion) {
    let mut targets = Targets::new();
    let mut group = criterion.benchmark_group("context");
    for size in [5, 500] {
        for (name, target) in targets.both() {
            let mut worker = worker(&target, &fan(size));
            worker.submit(1).expect("a task");
            while worker.exchange(100).expect("a turn") > 0 {}
            let question = Question::Context(TaskId(1));
            group.bench_function(BenchmarkId::new(format!("{size} steps"), name), |bencher| {
                bencher.iter(|| {
                    let reader = worker.store().reader();
                    reader.answer(&question).expect("an answer")
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = store;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3));
    targets = turns, submissions, contexts
}
criterion_main!(store);
