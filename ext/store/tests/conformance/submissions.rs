use serde_json::json;
use tasker_domain::command::{Command, Submission};
use tasker_domain::outcome::Done;
use tasker_domain::refusal::Refusal;
use tasker_store::Store;
use tasker_store::view::Question;

use crate::driver::{Driver, diamond, flow, steps};

pub fn a_submission_of_several_is_all_or_none(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let mut bad = flow();
    bad.bypass_steps = vec!["nothing".to_owned()];
    let outcome = driver.one(Command::Submit(vec![flow(), bad]));
    assert!(matches!(outcome, Err(Refusal::Validation { .. })));
    assert_eq!(driver.ask(&Question::Active)["active_tasks"], 0);
    let outcome = driver.one(Command::Submit(vec![flow(), flow(), flow()]));
    assert!(matches!(outcome, Ok(Done::Submitted(made)) if made.len() == 3));
    assert_eq!(driver.ask(&Question::Active)["active_tasks"], 3);
}

pub fn a_key_finds_the_first_task_in_the_same_turn_and_later(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let keyed = |key: &str| Submission {
        idempotency_key: Some(key.to_owned()),
        ..flow()
    };
    let made = driver.turn(&[
        Command::Submit(vec![keyed("k")]),
        Command::Submit(vec![keyed("k"), keyed("other")]),
    ]);
    let mut made = made.outcomes.into_iter().flat_map(|outcome| match outcome {
        Ok(Done::Submitted(made)) => made,
        other => panic!("{other:?}"),
    });
    let (first, second) = (made.next().expect("one"), made.next().expect("two"));
    assert_eq!(first.task, second.task);
    assert!(first.created && !second.created);
    driver.run();
    let later = driver.try_submit(keyed("k")).expect("the same task");
    assert_eq!((later.task, later.created), (first.task, false));
    assert_eq!(later.state.as_str(), "complete");
    let fresh = driver.try_submit(keyed("K")).expect("another task");
    assert!(fresh.created);
}

pub fn everything_said_of_a_task_is_told_again(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let submission = Submission {
        priority: -3,
        idempotency_key: Some("key".to_owned()),
        run_at: Some(driver.now + 50),
        initiator: Some("me".to_owned()),
        source_system: Some("shop".to_owned()),
        reason: Some("a reason \u{1F600}".to_owned()),
        tags: Some(r#"["x","y"]"#.to_owned()),
        correlation_id: Some("c-1".to_owned()),
        ..flow()
    };
    let task = driver.try_submit(submission).expect("a task").task;
    let context = driver.context(task);
    let said = json!({
        "priority": -3, "idempotency_key": "key", "run_at": driver.now + 50, "initiator": "me",
        "source_system": "shop", "reason": "a reason \u{1F600}", "tags": ["x", "y"], "correlation_id": "c-1",
        "namespace": "default", "name": "flow", "version": "1.0.0", "next_run_at": driver.now + 50,
        "execution_status": "waiting_for_retry", "created_at": driver.now, "started_at": null,
    });
    for (key, value) in said.as_object().expect("an object") {
        assert_eq!(&context[key], value, "{key}");
    }
}

pub fn skipped_steps_are_done_from_the_start(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut template = steps(&[("a", &[]), ("b", &["a"])]);
    template["steps"][0]["skippable"] = json!(true);
    driver.register(&template);
    let mut submission = flow();
    submission.bypass_steps = vec!["a".to_owned()];
    let task = driver.try_submit(submission).expect("a task").task;
    assert_eq!(driver.states(task), ["skipped", "ready"]);
    let b = driver.take_only();
    assert_eq!(b.parents.len(), 1);
    assert_eq!(b.parents[0].1, None);
    driver.complete(&b, "1");
    assert_eq!(driver.status(task), "complete");
    assert_eq!(driver.context(task)["completed_steps"], 2);
}

pub fn an_unknown_template_is_refused_with_the_nearest_name(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let mut submission = flow();
    submission.name = "flwo".to_owned();
    match driver.try_submit(submission) {
        Err(Refusal::TemplateNotFound { nearest, .. }) => {
            assert_eq!(nearest.as_deref(), Some("default/flow"));
        }
        other => panic!("{other:?}"),
    }
}

pub fn ids_of_tasks_are_never_given_twice(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let first = driver.start(&diamond());
    let undone = [Command::Submit(vec![flow()]), Command::Panic];
    assert!(driver.try_turn(&undone).is_err());
    let output = driver.turn(&[
        Command::Submit(vec![flow(), flow()]),
        Command::Submit(vec![flow()]),
    ]);
    let mut ids = vec![first];
    for outcome in output.outcomes {
        match outcome {
            Ok(Done::Submitted(made)) => ids.extend(made.iter().map(|made| made.task)),
            other => panic!("{other:?}"),
        }
    }
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
}

pub fn a_request_that_can_not_be_kept_is_refused_and_the_others_are_not(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&diamond());
    let bad = || "a\0b".to_owned();
    let bad = [
        Submission {
            namespace: bad(),
            name: bad(),
            ..flow()
        },
        Submission {
            version: Some(bad()),
            idempotency_key: Some(bad()),
            ..flow()
        },
        Submission {
            tags: Some(json!([bad()]).to_string()),
            correlation_id: Some(bad()),
            ..flow()
        },
    ];
    let mut commands: Vec<_> = bad.map(|bad| Command::Submit(vec![bad])).into();
    commands.push(Command::Submit(vec![flow()]));
    let mut outcomes = driver.turn(&commands).outcomes;
    let good = outcomes.pop();
    assert!(matches!(good, Some(Ok(Done::Submitted(_)))), "{good:?}");
    for outcome in outcomes {
        match outcome {
            Err(Refusal::Validation { message, errors }) => {
                assert!(message.contains("NUL") && errors.len() == 2, "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
}
