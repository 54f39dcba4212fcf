use super::*;
use serde_json::json;

mod filling;

fn schema(source: Value) -> Schema {
    Schema::compile(&source, "input_schema").expect("a good schema")
}

fn refusal(source: Value) -> String {
    Schema::compile(&source, "input_schema")
        .expect_err("a bad schema")
        .to_string()
}

fn paths(result: Result<Option<String>, Vec<Violation>>) -> Vec<String> {
    let mut paths: Vec<_> = result
        .expect_err("violations")
        .into_iter()
        .map(|v| v.path)
        .collect();
    paths.sort();
    paths
}

#[test]
fn a_schema_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Schema>();
}

#[test]
fn all_violations_are_reported_at_once_each_with_its_path() {
    let source = schema(
        json!({ "type": "object", "required": ["order_id"], "properties": {
        "mail": { "type": "string", "format": "email" },
        "a.b": { "type": "string" },
        "order": { "properties": { "items": { "items": { "properties": { "price": { "minimum": 0 } } } } } }
    } }),
    );
    let checked = source.check(r#"{"mail":"x","a.b":1,"order":{"items":[{},{},{"price":-1}]}}"#);
    assert_eq!(
        paths(checked),
        ["", "[\"a.b\"]", "mail", "order.items[2].price"]
    );
    let errors = source.check("[]").expect_err("not an object");
    assert_eq!(errors[0].to_string(), "[] is not of type \"object\"");
}

#[test]
fn integers_of_any_size_are_compared_exactly() {
    let source: Value =
        serde_json::from_str(r#"{"type":"integer","maximum":1267650600228229401496703205376}"#)
            .expect("JSON");
    let source = schema(source);
    assert_eq!(source.check("1267650600228229401496703205376"), Ok(None));
    assert_eq!(paths(source.check("1267650600228229401496703205377")), [""]);
}

#[test]
fn a_text_that_is_not_json_is_a_violation() {
    for source in [
        json!({}),
        json!({ "properties": { "a": { "default": 1 } } }),
    ] {
        let errors = schema(source).check("{\"a\"").expect_err("not JSON");
        assert!(
            errors[0].message.starts_with("is not JSON: "),
            "{:?}",
            errors
        );
    }
}

#[test]
fn a_long_value_is_left_out_of_the_message() {
    let text = format!("\"{}\"", "x".repeat(5_000));
    let errors = schema(json!({ "type": "integer" }))
        .check(&text)
        .expect_err("a string");
    assert_eq!(errors[0].message, "the value is not of type \"integer\"");
}

#[test]
fn a_million_violations_are_not_all_reported() {
    let text = format!("[{}]", vec!["\"x\""; 2_000].join(","));
    let errors = schema(json!({ "items": { "type": "integer" } }))
        .check(&text)
        .expect_err("strings");
    assert_eq!(errors.len(), MOST_VIOLATIONS);
}

#[test]
fn a_bad_schema_is_refused_with_every_fault() {
    let message = refusal(
        json!({ "type": "objet", "required": "x", "properties": { "a": { "minimum": "3" } } }),
    );
    assert!(
        message.contains("input_schema.type: unknown type \"objet\"; allowed: string, "),
        "{message}"
    );
    assert!(message.contains("did you mean \"object\"?"), "{message}");
    assert!(message.contains("input_schema.required: "), "{message}");
    assert!(
        message.contains("input_schema.properties.a.minimum: "),
        "{message}"
    );
    assert!(refusal(json!("object")).contains("must be a JSON Schema"));
    assert!(refusal(json!({ "pattern": "(" })).contains("input_schema.pattern: "));
}

#[test]
fn nothing_is_fetched_for_a_reference() {
    for reference in [
        "http://localhost/x.json",
        "file:///etc/hostname",
        "#/$defs/nowhere",
    ] {
        assert!(
            Schema::compile(&json!({ "$ref": reference }), "s").is_err(),
            "{reference}"
        );
    }
    assert!(Schema::compile(&json!({ "$schema": "http://localhost/draft" }), "s").is_err());
}

#[test]
fn references_by_anchor_are_followed() {
    let source = schema(json!({
        "properties": { "n": { "$ref": "#count" } }, "$defs": { "x": { "$anchor": "count", "type": "integer", "default": 2 } }
    }));
    assert_eq!(source.check("{}"), Ok(Some(r#"{"n":2}"#.to_owned())));
    assert_eq!(paths(source.check(r#"{"n":"x"}"#)), ["n"]);
}

#[test]
fn a_reference_that_leads_nowhere_or_elsewhere_is_named() {
    let message = refusal(
        json!({ "properties": { "a": { "$ref": "http://localhost/x" }, "b": { "$ref": "#/$defs/b" } } }),
    );
    assert!(
        message.contains("input_schema.properties.a.$ref: \"http://localhost/x\" leads out of"),
        "{message}"
    );
    assert!(
        message.contains("input_schema.properties.b.$ref: \"#/$defs/b\" leads nowhere"),
        "{message}"
    );
    assert!(
        refusal(json!({ "$dynamicRef": "#a" }))
            .contains("input_schema.$dynamicRef: is not supported")
    );
    let inner = json!({ "$id": "https://example.com/root", "not": { "$id": "inner", "const": 1 } });
    assert!(refusal(inner).contains("input_schema.not.$id: may stand at the top alone"));
}

#[test]
fn a_property_may_be_named_like_a_keyword() {
    let source = schema(
        json!({ "properties": { "$id": { "type": "string" }, "$ref": { "type": "string" }, "not": true } }),
    );
    assert_eq!(
        source.check(r#"{"$id":"a","$ref":"http://localhost/x","not":1}"#),
        Ok(None)
    );
}

#[test]
fn a_schema_that_leads_back_to_itself_at_one_place_is_refused() {
    assert!(refusal(json!({ "$ref": "#" })).contains("input_schema: leads back to itself"));
    let pair = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "anyOf": [{ "$ref": "#/$defs/b" }] },
                       "b": { "not": { "$ref": "#/$defs/a" } } } });
    assert!(refusal(pair).contains("leads back to itself"));
}

/// A tree whose every level takes `steps` steps at one place.
fn tree(steps: usize) -> Value {
    let mut defs = serde_json::Map::new();
    for step in 1..steps {
        defs.insert(
            format!("d{step}"),
            json!({ "$ref": format!("#/$defs/d{}", step + 1) }),
        );
    }
    defs.insert(
        format!("d{steps}"),
        json!({ "properties": { "c": { "$ref": "#/$defs/d1" } } }),
    );
    defs[&format!("d{steps}")]["type"] = json!("object");
    Value::Object(serde_json::Map::from_iter([
        ("$ref".to_owned(), json!("#/$defs/d1")),
        ("$defs".to_owned(), defs.into()),
    ]))
}

#[test]
fn the_deepest_text_against_the_deepest_schema_fits_the_stack() {
    let text = format!("{}1{}", r#"{"c":"#.repeat(126), "}".repeat(126));
    let violations = schema(tree(15)).check(&text).expect_err("1 is no object");
    assert_eq!(violations[0].path, vec!["c"; 126].join("."));
}

#[test]
fn a_schema_too_deep_at_one_place_is_refused() {
    assert!(refusal(tree(40)).contains("more than 16 schemas within each other at one place"));
    assert!(refusal(tree(50_000)).contains("more than 16 schemas within each other at one place"));
}

#[test]
fn the_source_is_kept() {
    let source = json!({ "type": "object", "x-note": [1.50] });
    assert_eq!(schema(source.clone()).source(), &source);
    assert_eq!(schema(source.clone()), schema(source));
}
