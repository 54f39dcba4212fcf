//! A JSON object that is written field by field.

use serde::Serialize;

/// Builds the text of a JSON object; raw fields are taken as the JSON text that they are.
pub(crate) struct Object {
    text: Vec<u8>,
}

impl Object {
    pub(crate) fn new() -> Object {
        Object {
            text: Vec::from(b"{"),
        }
    }

    pub(crate) fn set(mut self, key: &'static str, value: impl Serialize) -> Object {
        self.key(key);
        let before = self.text.len();
        if serde_json::to_writer(&mut self.text, &value).is_err() {
            // What is set here are numbers, words and lists of them; writing those to memory doesn't fail.
            self.text.truncate(before);
            self.text.extend_from_slice(b"null");
        }
        self
    }

    /// A field whose value is JSON text already; `null` where there is none.
    pub(crate) fn raw(mut self, key: &'static str, json: Option<&str>) -> Object {
        self.key(key);
        self.text
            .extend_from_slice(json.unwrap_or("null").as_bytes());
        self
    }

    pub(crate) fn list(
        mut self,
        key: &'static str,
        items: impl IntoIterator<Item = String>,
    ) -> Object {
        self.key(key);
        self.text.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push(b',');
            }
            self.text.extend_from_slice(item.as_bytes());
        }
        self.text.push(b']');
        self
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push(b'}');
        // Only whole strings were put in.
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// Keys are words of this crate's own: none needs escaping.
    fn key(&mut self, key: &'static str) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        self.text.push(b'"');
        self.text.extend_from_slice(key.as_bytes());
        self.text.extend_from_slice(b"\":");
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
