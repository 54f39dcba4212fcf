//! Templates, for Ruby.

use serde_json::{Value, json};
use tasker_domain::ids::TemplateId;
use tasker_domain::template::Template;

/// A template with its id, in the canonical form.
pub(crate) fn described(id: TemplateId, template: &Template) -> String {
    let mut described = json!({ "template_id": id.0 });
    if let (Value::Object(whole), Value::Object(fields)) = (&mut described, template.describe()) {
        whole.extend(fields);
    }
    described.to_string()
}

/// All templates: id of the newest text, namespace, name, version, steps.
pub(crate) fn listed_templates(rows: Vec<(i64, String, String, String, i32)>) -> String {
    let listed: Vec<_> = rows
        .into_iter()
        .map(|(id, namespace, name, version, steps)| {
            json!({
                "template_id": id, "namespace": namespace, "name": name, "version": version, "step_count": steps,
            })
        })
        .collect();
    json!({ "templates": listed }).to_string()
}
