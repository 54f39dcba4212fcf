//! Turns a schema into shapes: for each object that a text may hold, its members with their defaults.
//!
//! Schemas refer to themselves (a tree of categories), so a shape is made once for each set of subschemas that hold
//! at the same place, and shapes point at each other by index.

use std::collections::HashMap;

use serde_json::Value;

use crate::schema::references::resolve;

/// More than this many places in one schema is a mistake, or an attack.
const MOST_SHAPES: usize = 10_000;

/// What the schema says about one place of a text.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) members: Vec<Member>,
    prefix: Vec<Option<usize>>,
    items: Option<usize>,
}

/// One property of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// The name as a JSON string.
    pub(super) key: String,
    /// The default as JSON text.
    pub(super) default: Option<String>,
    pub(super) shape: Option<usize>,
}

impl Shape {
    pub(super) fn has_items(&self) -> bool {
        self.items.is_some() || self.prefix.iter().any(Option::is_some)
    }

    pub(super) fn item(&self, index: usize) -> Option<usize> {
        match self.prefix.get(index) {
            Some(shape) => *shape,
            None => self.items,
        }
    }

    fn below(&self) -> impl Iterator<Item = usize> + '_ {
        let members = self.members.iter().filter_map(|member| member.shape);
        members
            .chain(self.prefix.iter().copied().flatten())
            .chain(self.items)
    }
}

/// The shapes of a schema and the one of the whole text, where there is any default in it.
pub(super) fn collect(schema: &Value) -> Result<(Vec<Shape>, Option<usize>), String> {
    let mut collector = Collector {
        root: schema,
        known: HashMap::new(),
        waiting: Vec::new(),
    };
    let root = collector.shape_for(vec![schema]);
    let mut shapes = Vec::new();
    while shapes.len() < collector.waiting.len() {
        if shapes.len() == MOST_SHAPES {
            return Err(format!(
                "describes more than {MOST_SHAPES} places; make it simpler"
            ));
        }
        let schemas = collector.waiting[shapes.len()].clone();
        shapes.push(collector.shape_of(&schemas));
    }
    let root = root.filter(|_| prune(&mut shapes).contains(&true));
    Ok((shapes, root))
}

struct Collector<'a> {
    root: &'a Value,
    known: HashMap<Vec<usize>, usize>,
    /// The subschemas of each shape, in the order of the shapes.
    waiting: Vec<Vec<&'a Value>>,
}

impl<'a> Collector<'a> {
    fn shape_for(&mut self, schemas: Vec<&'a Value>) -> Option<usize> {
        let schemas = self.unfold(schemas);
        if !schemas.iter().any(|schema| schema.is_object()) {
            return None;
        }
        // Within one schema the address of a subschema is as good as its path.
        let identity = schemas
            .iter()
            .map(|schema| std::ptr::from_ref(*schema).addr())
            .collect();
        let next = self.waiting.len();
        let index = *self.known.entry(identity).or_insert(next);
        if index == next {
            self.waiting.push(schemas);
        }
        Some(index)
    }

    fn shape_of(&mut self, schemas: &[&'a Value]) -> Shape {
        let mut names: Vec<&'a str> = Vec::new();
        let mut properties: HashMap<&'a str, Vec<&'a Value>> = HashMap::new();
        for (name, schema) in schemas
            .iter()
            .filter_map(|schema| schema.get("properties")?.as_object())
            .flatten()
        {
            let found = properties.entry(name).or_default();
            if found.is_empty() {
                names.push(name);
            }
            found.push(schema);
        }
        let members = names
            .into_iter()
            .map(|name| self.member(name, properties.remove(name).unwrap_or_default()))
            .collect();
        let lists = || schemas.iter().filter_map(|schema| items_list(schema));
        let longest = lists().map(Vec::len).max().unwrap_or_default();
        let prefix = (0..longest)
            .map(|index| self.shape_for(lists().filter_map(|list| list.get(index)).collect()))
            .collect();
        let items = schemas.iter().filter_map(|schema| schema.get("items"));
        let items = self.shape_for(items.filter(|items| items.is_object()).collect());
        Shape {
            members,
            prefix,
            items,
        }
    }

    fn member(&mut self, name: &str, schemas: Vec<&'a Value>) -> Member {
        let default = self
            .unfold(schemas.clone())
            .into_iter()
            .find_map(|schema| schema.get("default"))
            .map(Value::to_string);
        let key = Value::from(name).to_string();
        Member {
            name: name.to_owned(),
            key,
            default,
            shape: self.shape_for(schemas),
        }
    }

    /// The schemas with all that hold at the same place: what they refer to, and their `allOf`.
    fn unfold(&self, schemas: Vec<&'a Value>) -> Vec<&'a Value> {
        let mut found: Vec<&'a Value> = Vec::new();
        let mut open: Vec<&'a Value> = schemas.into_iter().rev().collect();
        while let Some(schema) = open.pop() {
            if found.iter().any(|known| std::ptr::eq(*known, schema)) {
                continue;
            }
            found.push(schema);
            let parts = schema
                .get("allOf")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            open.extend(parts.rev());
            open.extend(
                schema
                    .get("$ref")
                    .and_then(Value::as_str)
                    .and_then(|reference| resolve(self.root, reference)),
            );
        }
        found
    }
}

/// The schemas of the first items: `prefixItems`, or a list in `items` as drafts before 2020-12 have it.
fn items_list(schema: &Value) -> Option<&Vec<Value>> {
    schema
        .get("prefixItems")
        .and_then(Value::as_array)
        .or_else(|| schema.get("items")?.as_array())
}

/// Drops all that leads to no default, so that texts are walked only where something can be missing. Says which shapes
/// have one.
fn prune(shapes: &mut [Shape]) -> Vec<bool> {
    let useful = useful(shapes);
    let keep = |shape: Option<usize>| shape.filter(|&index| useful[index]);
    for shape in shapes {
        for member in &mut shape.members {
            member.shape = keep(member.shape);
        }
        shape
            .members
            .retain(|member| member.default.is_some() || member.shape.is_some());
        for slot in &mut shape.prefix {
            *slot = keep(*slot);
        }
        shape.items = keep(shape.items);
    }
    useful
}

fn useful(shapes: &[Shape]) -> Vec<bool> {
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); shapes.len()];
    for (index, shape) in shapes.iter().enumerate() {
        for below in shape.below() {
            above[below].push(index);
        }
    }
    let mut useful = vec![false; shapes.len()];
    let has_default = |shape: &Shape| shape.members.iter().any(|member| member.default.is_some());
    let mut open: Vec<usize> = (0..shapes.len())
        .filter(|&index| has_default(&shapes[index]))
        .collect();
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut useful[index], true) {
            open.extend(&above[index]);
        }
    }
    useful
}
