use serde_json::{Value, json};
use tasker_domain::ids::{TaskId, TemplateId};
use tasker_domain::refusal::Refusal;
use tasker_domain::state::TaskState;
use tasker_store::view::{Filter, Question};
use tasker_store::{Store, StoreError};

use crate::driver::{Driver, diamond, flow, steps};

pub fn a_context_tells_everything_about_a_task(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    driver.now += 10;
    let a = driver.take_only();
    driver.now += 10;
    driver.complete(&a, r#"{"n":1}"#);
    let b = driver.take(1).remove(0);
    let context = driver.context(task);
    assert_eq!(context["execution_status"], "processing");
    assert_eq!(context["started_at"], 1_000_010);
    let step = |position: usize| context["steps"][position].clone();
    assert_eq!(
        step(0),
        json!({
            "step_id": task.step(0).0, "name": "a", "status": "complete", "attempts": 1, "max_attempts": 3,
            "dependencies": [], "result": {"n": 1}, "error": null, "ready_at": 1_000_000, "started_at": 1_000_010,
            "completed_at": 1_000_020, "deadline_at": null, "worker": "test:1",
        })
    );
    assert_eq!(step(1)["deadline_at"], json!(b.deadline));
    assert_eq!(step(3)["dependencies"], json!(["b", "c"]));
    assert_eq!(step(3)["ready_at"], Value::Null);
}

fn everything() -> Filter {
    Filter {
        status: None,
        namespace: None,
        name: None,
        limit: 50,
        before: None,
    }
}

fn ids(driver: &mut Driver<'_>, filter: Filter) -> Vec<i64> {
    let listed = driver.ask(&Question::List(filter));
    let tasks = listed["tasks"].as_array().expect("tasks");
    let ids = tasks.iter().map(|task| task["task_id"].as_i64());
    ids.map(|id| id.expect("an id")).collect()
}

pub fn lists_are_newest_first_and_filtered(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let first = driver.start(&diamond()).0;
    let second = driver.submit().0;
    driver.run();
    let mut other = steps(&[("a", &[])]);
    other["name"] = json!("other");
    other["namespace"] = json!("shop");
    driver.register(&other);
    let mut submission = flow();
    (submission.namespace, submission.name) = ("shop".to_owned(), "other".to_owned());
    let third = driver.try_submit(submission).expect("a task").task.0;
    let mut listed = |change: fn(&mut Filter)| {
        let mut filter = everything();
        change(&mut filter);
        ids(&mut driver, filter)
    };
    assert_eq!(listed(|_| {}), [third, second, first]);
    assert_eq!(listed(|filter| filter.limit = 2), [third, second]);
    assert_eq!(listed(|filter| filter.limit = 0), [0_i64; 0]);
    assert_eq!(
        listed(|filter| filter.before = Some(TaskId(3))),
        [second, first]
    );
    assert_eq!(
        listed(|filter| filter.status = Some(TaskState::Complete)),
        [second, first]
    );
    assert_eq!(
        listed(|filter| filter.namespace = Some("shop".to_owned())),
        [third]
    );
    assert_eq!(
        listed(|filter| {
            filter.status = Some(TaskState::Complete);
            filter.name = Some("other".to_owned());
        }),
        [0_i64; 0]
    );
    let line = driver.ask(&Question::List(everything()))["tasks"][0].clone();
    assert_eq!(line["execution_status"], "has_ready_steps");
    assert_eq!(line["step_count"], 1);
}

pub fn a_question_about_what_is_not_there_is_refused(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    for missing in [99, 0, -1, i64::MAX, i64::MIN] {
        let refused = driver.try_ask(&Question::Context(TaskId(missing)));
        assert!(
            matches!(refused, Err(StoreError::Refused(Refusal::TaskNotFound(id))) if id == missing)
        );
    }
    let step = "zz".to_owned();
    let refused = driver.try_ask(&Question::Result { task, step });
    assert!(matches!(
        refused,
        Err(StoreError::Refused(Refusal::StepNotFound { .. }))
    ));
    let refused = driver.try_ask(&Question::Template(TemplateId(77)));
    assert!(matches!(
        refused,
        Err(StoreError::Refused(Refusal::TemplateNotFound { .. }))
    ));
}

pub fn the_result_of_a_step_is_found_by_its_name(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let step = "a".to_owned();
    let question = Question::Result { task, step };
    assert_eq!(
        driver.ask(&question),
        json!({"found": false, "status": "ready", "result": null})
    );
    let a = driver.take_only();
    driver.complete(&a, "null");
    assert_eq!(
        driver.ask(&question),
        json!({"found": true, "status": "complete", "result": null})
    );
}

pub fn an_attempt_is_alive_until_it_ends(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.start(&diamond());
    let a = driver.take_only();
    let question = |fence| Question::Attempt {
        step: a.step,
        fence,
    };
    assert_eq!(driver.ask(&question(a.fence))["alive"], true);
    assert_eq!(driver.ask(&question(a.fence + 1))["alive"], false);
    driver.complete(&a, "1");
    assert_eq!(driver.ask(&question(a.fence))["alive"], false);
}

pub fn active_tasks_are_counted(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.start(&steps(&[("a", &[])]));
    driver.submit();
    driver.take(1);
    assert_eq!(driver.ask(&Question::Active)["active_tasks"], 2);
    driver.run();
    assert_eq!(driver.ask(&Question::Active)["active_tasks"], 1);
}
