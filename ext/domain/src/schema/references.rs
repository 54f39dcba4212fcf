//! What a schema refers to, checked before it is compiled.
//!
//! A check descends with the text, and at each place follows `allOf`, `$ref` and the like. The depth of the text is
//! bounded, so that of the schema at one place has to be, too: otherwise a check could exhaust the stack, and with it
//! the process. For the same reason a schema may not lead back to itself at one place.

use std::collections::HashMap;

use serde_json::Value;

use super::Violation;

mod keywords;

/// As many steps as a check may take at one place of a text. Times the deepest text this still fits a small stack.
const DEEPEST: u32 = 16;

/// All that is wrong with the references of the schema that stands at `path`.
pub(super) fn faults_of(root: &Value, path: &str) -> Vec<Violation> {
    let mut walk = Walk::over(root, path);
    walk.run();
    if walk.faults.is_empty() {
        walk.faults.extend(walk.depth_fault());
    }
    walk.faults
}

/// The part of `root` that a reference means: `#`, `#/a/pointer` or `#anchor`.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let fragment = percent_decoded(reference.strip_prefix('#')?)?;
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&fragment);
    }
    let mut open = vec![root];
    while let Some(schema) = open.pop() {
        if schema.get("$anchor").and_then(Value::as_str) == Some(&fragment) {
            return Some(schema);
        }
        open.extend(keywords::parts(schema).into_iter().map(|part| part.schema));
    }
    None
}

/// Visits every subschema once, however many ways lead to it.
struct Walk<'a> {
    root: &'a Value,
    path: &'a str,
    /// Within one schema the address of a subschema is as good as its path.
    known: HashMap<usize, usize>,
    found: Vec<(&'a Value, String)>,
    /// For each subschema those that hold at the same place.
    same_place: Vec<Vec<usize>>,
    faults: Vec<Violation>,
}

impl<'a> Walk<'a> {
    fn over(root: &'a Value, path: &'a str) -> Walk<'a> {
        let mut walk = Walk {
            root,
            path,
            known: HashMap::new(),
            found: Vec::new(),
            same_place: Vec::new(),
            faults: Vec::new(),
        };
        walk.index_of(root, path.to_owned());
        walk
    }

    fn run(&mut self) {
        let mut next = 0;
        while let Some((schema, path)) = self.found.get(next).cloned() {
            for part in keywords::parts(schema) {
                let below = self.index_of(part.schema, below(&path, &part.place));
                if part.same_place {
                    self.same_place[next].push(below);
                }
            }
            self.follow_reference(next, schema, &path);
            self.refuse_what_moves_references(schema, &path);
            next += 1;
        }
    }

    fn index_of(&mut self, schema: &'a Value, path: String) -> usize {
        let next = self.found.len();
        let index = *self
            .known
            .entry(std::ptr::from_ref(schema).addr())
            .or_insert(next);
        if index == next {
            self.found.push((schema, path));
            self.same_place.push(Vec::new());
        }
        index
    }

    fn follow_reference(&mut self, from: usize, schema: &'a Value, path: &str) {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return;
        };
        if !reference.starts_with('#') {
            self.fault(
                path,
                "$ref",
                format!("{reference:?} leads out of the schema, and nothing is fetched; use #/…"),
            );
        } else if let Some(target) = resolve(self.root, reference) {
            let target = self.index_of(target, format!("{}{reference}", self.path));
            self.same_place[from].push(target);
        } else {
            self.fault(path, "$ref", format!("{reference:?} leads nowhere"));
        }
    }

    /// With these, where a reference leads would depend on more than the reference.
    fn refuse_what_moves_references(&mut self, schema: &'a Value, path: &str) {
        for key in ["$dynamicRef", "$recursiveRef"] {
            if schema.get(key).is_some() {
                self.fault(path, key, "is not supported; use $ref".to_owned());
            }
        }
        let below_the_top = !std::ptr::eq(schema, self.root);
        if below_the_top && schema.get("$id").is_some_and(Value::is_string) {
            self.fault(
                path,
                "$id",
                "may stand at the top alone; use $anchor or $defs".to_owned(),
            );
        }
    }

    fn fault(&mut self, path: &str, key: &str, message: String) {
        self.faults.push(Violation {
            path: format!("{path}.{key}"),
            message,
        });
    }

    /// Takes away what nothing leads to, layer by layer: the layers are the depth, and a loop never comes off.
    fn depth_fault(&self) -> Option<Violation> {
        let mut led_to = vec![0_usize; self.found.len()];
        for &below in self.same_place.iter().flatten() {
            led_to[below] += 1;
        }
        let mut depth = vec![1_u32; self.found.len()];
        let mut open: Vec<usize> = (0..led_to.len())
            .filter(|&index| led_to[index] == 0)
            .collect();
        while let Some(index) = open.pop() {
            if depth[index] > DEEPEST {
                let message = format!(
                    "holds more than {DEEPEST} schemas within each other at one place; make it flatter"
                );
                return Some(self.at(index, message));
            }
            for &below in &self.same_place[index] {
                depth[below] = depth[below].max(depth[index] + 1);
                led_to[below] -= 1;
                if led_to[below] == 0 {
                    open.push(below);
                }
            }
        }
        let looping = led_to.iter().position(|&count| count > 0)?;
        Some(self.at(
            looping,
            "leads back to itself without end; remove one of its references".to_owned(),
        ))
    }

    fn at(&self, index: usize, message: String) -> Violation {
        let path = self.found.get(index).map(|(_, path)| path.clone());
        Violation {
            path: path.unwrap_or_default(),
            message,
        }
    }
}

fn below(path: &str, place: &str) -> String {
    if path.is_empty() {
        place.to_owned()
    } else {
        format!("{path}.{place}")
    }
}

fn percent_decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
