use serde_json::json;
use tasker_domain::command::{Ending, Failing, Scope, Submission};
use tasker_store::Store;
use tasker_store::view::Question;

use crate::driver::{Driver, flow, report, steps};

/// Texts that a careless store would rewrite.
const TEXTS: &[&str] = &[
    r#"{"b": 1e2,  "a":123456789012345678901234567890}"#,
    r#"{"z":1.0,"a":-0.0,"m":5e-324,"n":1.7976931348623157e308}"#,
    r#"["\u0000","\ud83d\ude00","😀","\/","é"]"#,
    "{ \"dup\" : 1, \"dup\" : 2 }",
    "null",
    "\"\"",
    "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
    "\t[1,\n2]\r\n",
];

pub fn every_text_comes_back_byte_for_byte(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    driver.register(&steps(&[("a", &[]), ("b", &["a"])]));
    for text in TEXTS {
        let submission = Submission {
            context: (*text).to_owned(),
            ..flow()
        };
        let task = driver.try_submit(submission).expect("a task").task;
        let taken = driver.try_claim(Scope::Task(task), 1).expect("a claim");
        assert_eq!(&*taken.tasks[0].context, *text);
        driver.complete(&taken.steps[0], text);
        let child = driver.try_claim(Scope::Task(task), 1).expect("a claim");
        assert_eq!(&*child.tasks[0].context, *text);
        assert_eq!(child.steps[0].parents[0].1.as_deref(), Some(*text));
        let context = driver
            .store
            .reader()
            .answer(&Question::Context(task))
            .expect("an answer");
        assert!(
            context.contains(&format!("\"context\":{text},")),
            "{context}"
        );
        assert!(
            context.contains(&format!("\"result\":{text},")),
            "{context}"
        );
        driver.complete(&child.steps[0], "1");
    }
}

pub fn a_schemas_defaults_join_the_payload_without_touching_the_rest(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let mut template = steps(&[("a", &[])]);
    template["input_schema"] = json!({
        "type": "object", "properties": {"n": {"type": "integer", "default": 7}}
    });
    driver.register(&template);
    let submission = Submission {
        context: r#"{"big":123456789012345678901234567890,"one":1.0}"#.to_owned(),
        ..flow()
    };
    driver.try_submit(submission).expect("a task");
    let taken = driver.try_claim(Scope::Any, 1).expect("a claim");
    let text = &taken.tasks[0].context;
    assert!(text.contains("123456789012345678901234567890") && text.contains("1.0"));
    assert!(text.contains("\"n\":7"), "{text}");
}

pub fn errors_come_back_as_they_were_reported(store: &mut dyn Store) {
    let mut driver = Driver::new(store);
    let task = driver.start(&steps(&[("a", &[])]));
    let a = driver.take_only();
    let error = json!({
        "class": "Pay::Declined", "message": "no \"money\" \u{0}", "error_code": "E1",
        "context": {"big": 1, "list": [1, 2]}, "backtrace": ["x:1"], "permanent": true,
    });
    let ending = Ending::Failed(Failing {
        error: error.to_string().into(),
        permanent: true,
        retry_after_ms: None,
    });
    driver.one(report(&a, ending)).expect("a failure");
    assert_eq!(driver.step(task, 0)["error"], error);
}
