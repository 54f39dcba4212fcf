//! The rules without a database: building graphs, and completing steps in working sets of several sizes.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that can't be set up has nothing to say"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tasker_benches::shapes::{fan, linear};
use tasker_domain::command::{Ending, Report, Scope, Submission};
use tasker_domain::graph::Graph;
use tasker_domain::ids::{TaskId, TemplateId, WorkerId};
use tasker_domain::rules::{claim, report, settle, submit};
use tasker_domain::settings::Rules;
use tasker_domain::template::Template;
use tasker_domain::working::{Edition, Working};

const SIZE: usize = 10_000;

fn graphs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("graph of 10000 steps");
    group.throughput(Throughput::Elements(SIZE as u64));
    for (shape, definition) in [("linear", linear(SIZE)), ("fan", fan(SIZE))] {
        let template = Template::parse(&definition, "production").expect("a template");
        let names: Vec<_> = template
            .steps
            .iter()
            .map(|step| step.name.clone())
            .collect();
        let positions = template.graph.positions();
        let parents: Vec<_> = positions
            .map(|position| template.graph.parents(position).to_vec())
            .collect();
        group.bench_function(BenchmarkId::new("build", shape), |bencher| {
            bencher.iter_batched(
                || parents.clone(),
                |parents| Graph::new(&names, parents),
                BatchSize::LargeInput,
            );
        });
        group.bench_function(BenchmarkId::new("parse", shape), |bencher| {
            bencher.iter(|| Template::parse(black_box(&definition), "production"));
        });
    }
    group.finish();
}

fn working(template: &Arc<Template>) -> Working {
    let rules = Arc::new(Rules::default());
    let mut work = Working::new(1_000_000, WorkerId(1), rules, 1);
    let id = TemplateId(1);
    let named = (template.namespace.clone(), template.name.clone());
    let version = template.version.clone();
    work.editions.insert(named, vec![Edition { version, id }]);
    work.templates.insert(id, Arc::clone(template));
    work.task_ids.push_back(TaskId(1));
    let submission = Submission {
        namespace: template.namespace.clone(),
        name: template.name.clone(),
        context: "{}".to_owned(),
        ..Submission::default()
    };
    submit::submit(&mut work, &[submission]).expect("a task");
    work
}

/// Takes and completes every step, as many turns would; `into_changes` is what the last of them writes.
fn run(mut work: Working) -> usize {
    let result: Arc<str> = Arc::from("1");
    loop {
        let mut candidates = std::mem::take(&mut work.woken);
        if candidates.is_empty() {
            return work.into_changes().results.len();
        }
        claim::sort(&work, &mut candidates);
        for step in claim::claim(&mut work, &mut candidates, &Scope::Any, u32::MAX).steps {
            let fence = work.step(step).map_or(0, |row| row.fence);
            let ending = Ending::Complete(Arc::clone(&result));
            let given = Report {
                step,
                fence,
                ending,
            };
            black_box(report::reach(&work, &given));
            report::report(&mut work, &given).expect("a completion");
            settle::settle(&mut work);
        }
    }
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("take and complete every step of a task");
    for size in [10, 1_000, SIZE] {
        let template = Template::parse(&fan(size), "production").expect("a template");
        let template = Arc::new(template);
        assert_eq!(run(working(&template)), size);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_function(BenchmarkId::new("steps", size), |bencher| {
            bencher.iter_batched(|| working(&template), run, BatchSize::LargeInput);
        });
    }
    group.finish();
}

criterion_group! {
    name = domain;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(3));
    targets = graphs, steps
}
criterion_main!(domain);
