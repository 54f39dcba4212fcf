use std::sync::Arc;

use serde_json::json;
use tasker_domain::command::Submission;
use tasker_domain::refusal::Refusal;
use tasker_domain::settings::Rules;
use tasker_store::Store;
use tasker_store::view::Question;

use crate::driver::{Driver, diamond, flow, register, steps};

pub fn the_same_text_is_stored_once_and_another_beside_it(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let (first, new) = driver.register(&diamond());
    assert!(new);
    assert_eq!(driver.register(&diamond()), (first, false));
    let (second, new) = driver.register(&steps(&[("a", &[])]));
    assert!(new && second != first);
    let listed = driver.ask(&Question::Templates);
    assert_eq!(
        listed["templates"],
        json!([{"template_id": second, "namespace": "default", "name": "flow", "version": "1.0.0", "step_count": 1}])
    );
    let (third, new) = driver.register(&diamond());
    assert!(new && third > second, "the first text is the newest again");
}

pub fn a_running_task_keeps_the_text_it_began_with(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let old = driver.start(&steps(&[("a", &[]), ("b", &["a"])]));
    let first = driver.take_only();
    let new = driver.start(&steps(&[("z", &[])]));
    driver.complete(&first, "1");
    driver.run();
    assert_eq!(driver.states(old), ["complete", "complete"]);
    assert_eq!(driver.step(old, 1)["name"], "b");
    assert_eq!(driver.step(new, 0)["name"], "z");
}

pub fn the_newest_version_is_found_by_number(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    for version in ["1.9.0", "1.10.0", "1.10.0-rc1"] {
        let mut template = diamond();
        template["version"] = json!(version);
        driver.register(&template);
    }
    let task = driver.submit();
    assert_eq!(driver.context(task)["version"], "1.10.0");
    let named = Question::TemplateNamed {
        namespace: "default".to_owned(),
        name: "flow".to_owned(),
        version: None,
    };
    assert_eq!(driver.ask(&named)["version"], "1.10.0");
    let old = Submission {
        version: Some("1.9.0".to_owned()),
        ..flow()
    };
    let task = driver.try_submit(old).expect("a task").task;
    assert_eq!(driver.context(task)["version"], "1.9.0");
}

pub fn a_bad_template_is_refused_and_nothing_is_stored(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut cycle = steps(&[("a", &["b"]), ("b", &["a"])]);
    let refused = driver.one(register(&cycle.to_string()));
    assert!(matches!(refused, Err(Refusal::Cycle { .. })), "{refused:?}");
    cycle["steps"] = json!([]);
    for text in ["", "[]", "{\"name\":", &cycle.to_string()] {
        let refused = driver.one(register(text));
        assert!(
            matches!(refused, Err(Refusal::Validation { .. })),
            "{text}: {refused:?}"
        );
    }
    assert_eq!(driver.ask(&Question::Templates), json!({ "templates": [] }));
}

pub fn a_template_larger_than_the_settings_allow_is_refused(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.rules = Arc::new(Rules {
        max_steps: 3,
        ..Rules::default()
    });
    match driver.one(register(&diamond().to_string())) {
        Err(Refusal::Validation { message, .. }) => {
            assert!(message.contains("max_steps_per_task"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}
