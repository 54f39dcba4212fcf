use tasker_domain::command::{Action, Command, Control};
use tasker_domain::ids::TaskId;
use tasker_domain::outcome::Done;
use tasker_domain::refusal::Refusal;
use tasker_domain::state::{StepState, TaskState};
use tasker_store::Store;

use crate::driver::{Driver, diamond, done, is_stale, report, steps};

pub fn a_cancelled_task_keeps_its_finished_steps_and_refuses_late_reports(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let a = driver.take_only();
    driver.complete(&a, "1");
    let middle = driver.take(1);
    let outcome = driver.control(task, Action::Cancel);
    assert!(matches!(
        outcome,
        Ok(Done::Controlled {
            task: TaskState::Cancelled,
            ..
        })
    ));
    assert_eq!(
        driver.states(task),
        ["complete", "cancelled", "cancelled", "cancelled"]
    );
    assert!(is_stale(&driver.one(report(&middle[0], done("1")))));
    assert!(driver.take(9).is_empty());
}

pub fn a_paused_task_gives_no_steps_until_it_is_resumed(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let a = driver.take_only();
    driver.control(task, Action::Pause).expect("a pause");
    driver.complete(&a, "1");
    assert!(driver.take(9).is_empty());
    let context = driver.context(task);
    assert_eq!(context["paused"], true);
    assert_eq!(context["execution_status"], "paused");
    driver.control(task, Action::Resume).expect("a resumption");
    driver.run();
    assert_eq!(driver.status(task), "complete");
}

pub fn a_failed_step_retried_by_hand_leads_to_completion(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let a = driver.take_only();
    driver.fail(&a, true);
    let context = driver.context(task);
    assert_eq!(
        (&context["status"], &context["execution_status"]),
        (&"error".into(), &"blocked_by_failures".into())
    );
    assert_eq!(context["failed_steps"], 1);
    let retry = Action::Retry {
        step: "a".to_owned(),
    };
    let outcome = driver.control(task, retry);
    assert!(matches!(
        outcome,
        Ok(Done::Controlled {
            task: TaskState::InProgress,
            step: Some(StepState::Ready),
            ..
        })
    ));
    driver.run();
    let context = driver.context(task);
    assert_eq!(context["status"], "complete");
    assert_eq!(context["failed_steps"], 0);
    assert_eq!(context["steps"][0]["attempts"], 2);
    assert_eq!(context["steps"][0]["max_attempts"], 4);
}

pub fn a_step_resolved_by_hand_gives_its_result_to_its_children(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[]), ("b", &["a"])]));
    let a = driver.take_only();
    let resolve = Action::Resolve {
        step: "a".to_owned(),
        result: r#"{"by": "hand"}"#.into(),
        by: Some("ops".to_owned()),
    };
    driver.control(task, resolve).expect("a resolution");
    assert!(is_stale(&driver.one(report(&a, done("1")))));
    let b = driver.take_only();
    assert_eq!(b.parents[0].1.as_deref(), Some(r#"{"by": "hand"}"#));
    let resolve = Action::Resolve {
        step: "b".to_owned(),
        result: "null".into(),
        by: None,
    };
    driver.control(task, resolve).expect("a resolution");
    let context = driver.context(task);
    assert_eq!(context["status"], "resolved_manually");
    assert_eq!(context["execution_status"], "all_complete");
}

pub fn a_control_of_what_is_not_there_is_refused_with_what_there_is(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    for missing in [99, -1, i64::MIN, i64::MAX] {
        let refused = driver.control(TaskId(missing), Action::Cancel);
        assert!(matches!(refused, Err(Refusal::TaskNotFound(id)) if id == missing));
    }
    let retry = Action::Retry {
        step: "zz".to_owned(),
    };
    match driver.control(task, retry) {
        Err(Refusal::StepNotFound { known, .. }) => assert_eq!(known, ["a", "b", "c", "d"]),
        other => panic!("{other:?}"),
    }
}

pub fn a_control_whose_reason_can_not_be_kept_is_refused(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&diamond());
    let refused = driver.one(Command::Control(Control {
        task,
        action: Action::Cancel,
        reason: Some("be\0cause".to_owned()),
    }));
    assert!(
        matches!(refused, Err(Refusal::Validation { .. })),
        "{refused:?}"
    );
    assert_eq!(driver.status(task), "pending");
}
