//! A JSON object that is written field by field.

use serde_json::Value;

/// Builds the text of a JSON object; raw fields are taken as the JSON text that they are.
pub(crate) struct Object {
    text: String,
}

impl Object {
    pub(crate) fn new() -> Object {
        Object {
            text: String::from("{"),
        }
    }

    pub(crate) fn set(mut self, key: &str, value: impl Into<Value>) -> Object {
        self.key(key);
        self.text.push_str(&value.into().to_string());
        self
    }

    /// A field whose value is JSON text already; `null` where there is none.
    pub(crate) fn raw(mut self, key: &str, json: Option<&str>) -> Object {
        self.key(key);
        self.text.push_str(json.unwrap_or("null"));
        self
    }

    pub(crate) fn list(mut self, key: &str, items: impl IntoIterator<Item = String>) -> Object {
        self.key(key);
        self.text.push('[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.text.push_str(&item);
        }
        self.text.push(']');
        self
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        self.text.push_str(&Value::from(key).to_string());
        self.text.push(':');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_keep_their_text() {
        let text = Object::new()
            .set("a", 1)
            .raw("b", Some("{\"x\":  1e2}"))
            .raw("c", None)
            .list("d", ["2".into()]);
        assert_eq!(
            text.finish(),
            "{\"a\":1,\"b\":{\"x\":  1e2},\"c\":null,\"d\":[2]}"
        );
    }
}
