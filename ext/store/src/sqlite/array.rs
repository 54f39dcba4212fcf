//! Sets of ids, for statements that read them with `json_each`.

/// Ids as one JSON array.
pub(super) fn array(ids: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}
