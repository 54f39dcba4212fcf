use super::*;

fn violation(path: &str, message: &str) -> Violation {
    Violation {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}

fn one_of_each() -> Vec<Refusal> {
    vec![
        Refusal::TaskNotFound(-1),
        Refusal::StepNotFound {
            task_id: 7,
            step: "chrage".to_owned(),
            known: vec!["validate".to_owned(), "charge".to_owned()],
        },
        Refusal::TemplateNotFound {
            namespace: "shop".to_owned(),
            name: "oder".to_owned(),
            version: Some("2.0.0".to_owned()),
            nearest: Some("shop/order".to_owned()),
        },
        Refusal::invalid(
            "template shop/order",
            vec![violation("steps", "must not be empty")],
        ),
        Refusal::Cycle {
            template: "shop/order".to_owned(),
            steps: ["a", "b", "a"].map(str::to_owned).to_vec(),
        },
        Refusal::InvalidTransition {
            message: "step 3 is complete".to_owned(),
        },
        Refusal::StaleLease { step_id: 3 },
        Refusal::Configuration("unknown key".to_owned()),
        Refusal::Unsupported {
            message: "decision steps can't run yet".to_owned(),
        },
    ]
}

#[test]
fn each_refusal_has_the_kind_that_structured_errors_carry() {
    let kinds: Vec<_> = one_of_each().iter().map(Refusal::kind).collect();
    assert_eq!(
        kinds,
        [
            "task_not_found",
            "step_not_found",
            "template_not_found",
            "validation_error",
            "cycle_error",
            "invalid_transition",
            "stale_lease",
            "configuration_error",
            "validation_error"
        ]
    );
}

#[test]
fn messages_say_what_which_and_what_to_do() {
    let messages: Vec<_> = one_of_each().iter().map(Refusal::to_string).collect();
    assert!(
        messages[0].starts_with("Task not found: -1; "),
        "{}",
        messages[0]
    );
    assert_eq!(
        messages[1],
        "Step not found: task 7 has no step \"chrage\"; did you mean \"charge\"?"
    );
    assert_eq!(
        messages[2],
        "Template not found: shop/oder version 2.0.0; did you mean shop/order?"
    );
    assert_eq!(
        messages[3],
        "template shop/order is not valid: steps: must not be empty"
    );
    assert_eq!(
        messages[4],
        "template shop/order: the steps form a cycle: a → b → a; remove one of these dependencies"
    );
    assert!(messages[6].contains("step 3"), "{}", messages[6]);
}

#[test]
fn a_step_like_no_other_gets_the_list_of_those_there_are() {
    let known = (0..30).map(|n| format!("step_{n}")).collect();
    let refusal = Refusal::StepNotFound {
        task_id: 1,
        step: "zzz".to_owned(),
        known,
    };
    let message = refusal.to_string();
    assert!(
        message.contains("; its steps are step_0, step_1, "),
        "{message}"
    );
    assert!(message.ends_with("step_19, …"), "{message}");
}

#[test]
fn a_template_that_is_not_registered_says_how_to_register_it() {
    let refusal = Refusal::TemplateNotFound {
        namespace: "shop".to_owned(),
        name: "order".to_owned(),
        version: None,
        nearest: None,
    };
    assert_eq!(
        refusal.to_string(),
        "Template not found: shop/order; register it with register_template first"
    );
}

#[test]
fn a_version_that_is_not_registered_is_told_from_a_name_that_is_not() {
    let refusal = Refusal::TemplateNotFound {
        namespace: "shop".to_owned(),
        name: "order".to_owned(),
        version: Some("9".to_owned()),
        nearest: Some("shop/order".to_owned()),
    };
    assert_eq!(
        refusal.to_string(),
        "Template not found: shop/order version 9; it is registered in other versions: name one of these, or none \
         for the newest"
    );
}

#[test]
fn a_message_is_one_line_however_many_problems_there_are() {
    let errors: Vec<_> = (0..60)
        .map(|n| violation(&format!("steps[{n}]"), "is bad"))
        .collect();
    let refusal = Refusal::invalid("template t", errors);
    let message = refusal.to_string();
    assert!(
        message.contains("steps[49]: is bad; and 10 more"),
        "{message}"
    );
    assert_eq!(
        refusal.context()["errors"].as_array().map(Vec::len),
        Some(60)
    );
}

#[test]
fn the_context_is_structured() {
    let contexts: Vec<_> = one_of_each().iter().map(Refusal::context).collect();
    assert_eq!(contexts[0], json!({ "task_id": -1 }));
    assert_eq!(contexts[1]["known"], json!(["validate", "charge"]));
    assert_eq!(contexts[2]["nearest"], json!("shop/order"));
    assert_eq!(
        contexts[3],
        json!({ "errors": [{ "path": "steps", "message": "must not be empty" }] })
    );
    assert_eq!(contexts[4]["cycle"], json!(["a", "b", "a"]));
    assert_eq!(contexts[6], json!({ "step_id": 3 }));
}
