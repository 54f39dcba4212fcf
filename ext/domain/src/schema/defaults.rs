//! The defaults of a schema, spliced into a text at the end of the objects that lack them.
//!
//! Followed are `properties`, `items`, `prefixItems`, `allOf` and `$ref` within the schema. What holds only under a
//! condition (`anyOf`, `oneOf`, `if`, `not`) adds nothing, since a default must not decide which branch is taken.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

mod shapes;

use shapes::Shape;

/// A default may bring defaults of its own; deeper than this it can only be without end.
const DEEPEST_DEFAULT: usize = 100;

/// As many bytes as one default, with the defaults inside it, may add.
const LARGEST_DEFAULT: usize = 1 << 20;

/// What to add where. Holds only the parts of the schema that have a default somewhere below them.
#[derive(Debug)]
pub(super) struct Defaults {
    shapes: Vec<Shape>,
    root: Option<usize>,
}

/// A piece of text to put before the byte at `offset`.
struct Splice {
    offset: usize,
    text: String,
}

impl Defaults {
    /// Collects the defaults of a schema; the error says which default never ends.
    pub(super) fn of(schema: &Value) -> Result<Defaults, String> {
        let (shapes, root) = shapes::collect(schema)?;
        let defaults = Defaults { shapes, root };
        defaults.check_ends()?;
        Ok(defaults)
    }

    /// The text with its missing defaults; nothing where none was missing.
    pub(super) fn fill(&self, text: &str) -> Result<Option<String>, String> {
        match self.root {
            Some(root) => self
                .filled(root, text, 0, &mut usize::MAX.clone())
                .map_err(|error| format!("is not JSON: {error}")),
            None => Ok(None),
        }
    }

    fn check_ends(&self) -> Result<(), String> {
        for member in self.shapes.iter().flat_map(|shape| &shape.members) {
            if let (Some(shape), Some(text)) = (member.shape, &member.default) {
                let mut budget = LARGEST_DEFAULT;
                self.filled(shape, text, 0, &mut budget).map_err(|_| {
                    format!(
                        "the default of {:?} never ends: filling it in adds to it again and again; remove one of the \
                         defaults inside it",
                        member.name
                    )
                })?;
            }
        }
        Ok(())
    }

    fn filled(
        &self,
        shape: usize,
        text: &str,
        depth: usize,
        budget: &mut usize,
    ) -> Result<Option<String>, String> {
        if depth > DEEPEST_DEFAULT {
            return Err("its defaults are nested without end".to_owned());
        }
        let mut splices = Vec::new();
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut filling = Filling {
            defaults: self,
            text,
            depth,
            budget,
            splices: &mut splices,
        };
        filling.visit(shape, raw.get())?;
        if splices.is_empty() {
            return Ok(None);
        }
        splices.sort_by_key(|splice| splice.offset);
        let added: usize = splices.iter().map(|splice| splice.text.len()).sum();
        let mut out = String::with_capacity(text.len() + added);
        let mut copied = 0;
        for splice in &splices {
            out.push_str(&text[copied..splice.offset]);
            out.push_str(&splice.text);
            copied = splice.offset;
        }
        out.push_str(&text[copied..]);
        Ok(Some(out))
    }
}

/// One pass over one text.
struct Filling<'a> {
    defaults: &'a Defaults,
    text: &'a str,
    depth: usize,
    budget: &'a mut usize,
    splices: &'a mut Vec<Splice>,
}

impl Filling<'_> {
    fn visit(&mut self, shape: usize, raw: &str) -> Result<(), String> {
        let shape = &self.defaults.shapes[shape];
        match raw.as_bytes().first() {
            Some(b'{') if !shape.members.is_empty() => self.visit_object(shape, raw),
            Some(b'[') if shape.has_items() => {
                let items: Vec<&RawValue> =
                    serde_json::from_str(raw).map_err(|error| error.to_string())?;
                for (index, item) in items.into_iter().enumerate() {
                    if let Some(below) = shape.item(index) {
                        self.visit(below, item.get())?;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn visit_object(&mut self, shape: &Shape, raw: &str) -> Result<(), String> {
        let present: HashMap<String, &RawValue> =
            serde_json::from_str(raw).map_err(|error| error.to_string())?;
        let mut missing = String::new();
        for member in &shape.members {
            match (present.get(&member.name), &member.default, member.shape) {
                (Some(value), _, Some(below)) => self.visit(below, value.get())?,
                (None, Some(default), below) => {
                    if !(present.is_empty() && missing.is_empty()) {
                        missing.push(',');
                    }
                    missing.push_str(&member.key);
                    missing.push(':');
                    missing.push_str(&self.whole_default(default, below)?);
                }
                (Some(_), _, None) | (None, None, _) => {}
            }
        }
        if !missing.is_empty() {
            // Both are slices of one text, so the difference of their addresses is an offset within it.
            let start = raw.as_ptr().addr() - self.text.as_ptr().addr();
            self.splices.push(Splice {
                offset: start + raw.len() - 1,
                text: missing,
            });
        }
        Ok(())
    }

    /// The default with the defaults that belong inside it.
    fn whole_default(&mut self, default: &str, shape: Option<usize>) -> Result<String, String> {
        let filled = match shape {
            Some(shape) => self
                .defaults
                .filled(shape, default, self.depth + 1, self.budget)?,
            None => None,
        };
        let whole = filled.unwrap_or_else(|| default.to_owned());
        *self.budget = self
            .budget
            .checked_sub(whole.len())
            .ok_or("its defaults are larger than allowed")?;
        Ok(whole)
    }
}
