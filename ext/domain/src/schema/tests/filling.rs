//! Defaults.

use super::*;
use proptest::prelude::*;

fn with_default() -> Schema {
    schema(json!({ "type": "object", "properties": { "currency": { "default": "EUR" } } }))
}

#[test]
fn a_default_is_added_and_every_other_byte_is_untouched() {
    let text = r#"{ "b": 1267650600228229401496703205376, "a":1.0,"n":1e5,"s":"\u0000\/\u00e9é", "l":[ 1 ,2.50] }"#;
    let expected = text.replace("] }", r#"] ,"currency":"EUR"}"#);
    assert_eq!(with_default().check(text), Ok(Some(expected)));
    assert_eq!(
        with_default().check("{}"),
        Ok(Some(r#"{"currency":"EUR"}"#.to_owned()))
    );
    assert_eq!(
        with_default().check(" {\n} "),
        Ok(Some(" {\n\"currency\":\"EUR\"} ".to_owned()))
    );
}

#[test]
fn the_number_of_a_default_is_exact() {
    let source = serde_json::from_str(
        r#"{"properties":{"a":{"default":1267650600228229401496703205376},"b":{"default":1.0},"c":{"default":1}}}"#,
    );
    let filled = schema(source.expect("JSON")).check("{}");
    let expected = r#"{"a":1267650600228229401496703205376,"b":1.0,"c":1}"#;
    assert_eq!(filled, Ok(Some(expected.to_owned())));
}

#[test]
fn defaults_of_nested_objects_are_added_where_the_parent_is_there() {
    let source = schema(json!({ "properties": {
        "order": { "properties": { "gift": { "default": false }, "to": { "properties": { "land": { "default": "NL" } } } } },
        "note": { "default": null }
    } }));
    let filled = source.check(r#"{"order":{"to":{}},"x":{}}"#);
    let expected = r#"{"order":{"to":{"land":"NL"},"gift":false},"x":{},"note":null}"#;
    assert_eq!(filled, Ok(Some(expected.to_owned())));
    assert_eq!(source.check(r#"{"note":1}"#), Ok(None));
    assert_eq!(source.check(r#"{"note":1,"order":[1]}"#), Ok(None));
}

#[test]
fn defaults_of_list_items_are_added_to_each_item() {
    let item = json!({ "properties": { "count": { "default": 1 } } });
    let all = schema(json!({ "items": item }));
    assert_eq!(
        all.check(r#"[{},{"count":2},3]"#),
        Ok(Some(r#"[{"count":1},{"count":2},3]"#.to_owned()))
    );
    let first = schema(json!({ "prefixItems": [item] }));
    assert_eq!(
        first.check("[{},{}]"),
        Ok(Some(r#"[{"count":1},{}]"#.to_owned()))
    );
    let older = schema(
        json!({ "$schema": "http://json-schema.org/draft-07/schema#", "items": [true, item] }),
    );
    assert_eq!(
        older.check("[{},{}]"),
        Ok(Some(r#"[{},{"count":1}]"#.to_owned()))
    );
}

#[test]
fn defaults_behind_references_and_all_of_are_added() {
    let source = schema(json!({
        "$defs": { "a/b c": { "default": 7 }, "tree": { "properties": { "open": { "default": true },
            "child": { "$ref": "#/$defs/tree" } } } },
        "allOf": [{ "properties": { "n": { "$ref": "#/$defs/a~1b%20c" } } }, { "$ref": "#/$defs/tree" }]
    }));
    let filled = source.check(r#"{"child":{"child":{"open":false}}}"#);
    let expected = r#"{"child":{"child":{"open":false},"open":true},"n":7,"open":true}"#;
    assert_eq!(filled, Ok(Some(expected.to_owned())));
}

#[test]
fn a_default_brings_the_defaults_inside_it() {
    let source = schema(json!({ "properties": {
        "options": { "default": {}, "properties": { "retries": { "default": 3 } } }
    } }));
    assert_eq!(
        source.check("{}"),
        Ok(Some(r#"{"options":{"retries":3}}"#.to_owned()))
    );
}

#[test]
fn conditional_branches_add_no_defaults() {
    let branch = json!({ "properties": { "a": { "default": 1 } } });
    let source = json!({ "anyOf": [branch], "oneOf": [branch], "if": branch, "then": branch, "not": { "required": ["b"] } });
    assert_eq!(schema(source).check("{}"), Ok(None));
}

#[test]
fn a_default_without_end_is_refused() {
    let message = refusal(json!({ "properties": { "next": { "default": {}, "$ref": "#" } } }));
    assert!(
        message.contains("the default of \"next\" never ends"),
        "{message}"
    );
    let mut doubled = json!({ "default": "x".repeat(1024) });
    for _ in 0..12 {
        doubled = json!({ "default": {}, "properties": { "l": doubled, "r": doubled } });
    }
    let message = refusal(json!({ "properties": { "root": doubled } }));
    assert!(message.contains("never ends"), "{message}");
}

#[test]
fn a_default_that_breaks_the_schema_is_found_after_filling() {
    let source =
        schema(json!({ "properties": { "n": { "type": "integer", "default": "three" } } }));
    assert_eq!(paths(source.check("{}")), ["n"]);
}

#[test]
fn a_valid_text_without_missing_defaults_stays_with_the_caller() {
    assert_eq!(with_default().check(r#"{"currency":"USD"}"#), Ok(None));
    assert_eq!(schema(json!(true)).check("7"), Ok(None));
}

/// What filling means, said on parsed values: the plain way, which the splicing has to agree with.
fn fill_plainly(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(fill_plainly),
        Value::Object(members) => {
            members.get_mut("below").into_iter().for_each(fill_plainly);
            members.entry("added").or_insert(json!({ "n": 1.50 }));
        }
        _ => {}
    }
}

fn any_text() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let key = prop_oneof![Just("below".to_owned()), Just("added".to_owned()), ".{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
        ]
    })
}

proptest! {
    #[test]
    fn splicing_agrees_with_filling_parsed_values(mut value in any_text(), pretty: bool) {
        let source = schema(json!({ "properties": { "below": { "$ref": "#" }, "added": { "default": { "n": 1.50 } } },
                                    "items": { "$ref": "#" } }));
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let filled = source.check(&text).expect("valid");
        fill_plainly(&mut value);
        let seen: Value = serde_json::from_str(filled.as_deref().unwrap_or(&text)).expect("JSON");
        prop_assert_eq!(seen, value);
        if let Some(filled) = filled {
            // Taking the additions away leaves the text as it came.
            let kept = filled.replace(r#","added":{"n":1.5}"#, "").replace(r#""added":{"n":1.5}"#, "");
            prop_assert_eq!(kept, text);
        }
    }
}
