//! Finds the name that somebody probably meant. Pure text; knows nothing of what the names are for.

/// Longer names are not compared: the comparison costs the product of both lengths.
const LONGEST_COMPARED: usize = 128;

/// How alike two names have to be (Jaro-Winkler, 0 to 1) where more than a typing slip divides them.
const ALIKE: f64 = 0.85;

/// Returns the candidate nearest to `name`, or nothing where none is near enough to be meant.
///
/// A slip of the fingers counts first (one edit for each three letters), then names that share their beginning,
/// such as `timeout` and `timeout_seconds`. Case is ignored.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.is_empty() || name.len() > LONGEST_COMPARED {
        return None;
    }
    let wanted = name.to_lowercase();
    let allowed_edits = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(f64, &'a str)> = None;
    for candidate in candidates {
        if candidate.len() > LONGEST_COMPARED {
            continue;
        }
        if let Some(score) = score(&wanted, &candidate.to_lowercase(), allowed_edits)
            && best.is_none_or(|(highest, _)| score > highest)
        {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The words to append to a message: `; did you mean "x"?`, or nothing.
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates)
        .map(|candidate| format!("; did you mean \"{candidate}\"?"))
        .unwrap_or_default()
}

fn score(wanted: &str, candidate: &str, allowed_edits: usize) -> Option<f64> {
    let likeness = strsim::jaro_winkler(wanted, candidate);
    let is_slip = candidate.len().abs_diff(wanted.len()) <= 4 * allowed_edits
        && strsim::damerau_levenshtein(wanted, candidate) <= allowed_edits;
    if is_slip {
        Some(1.0 + likeness)
    } else {
        (likeness >= ALIKE).then_some(likeness)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 6] = [
        "max_attempts",
        "backoff",
        "retry",
        "timeout_seconds",
        "depends_on",
        "name",
    ];

    #[test]
    fn a_slip_of_the_fingers_finds_the_name() {
        assert_eq!(nearest("max_atempts", KEYS), Some("max_attempts"));
        assert_eq!(nearest("nmae", KEYS), Some("name"));
        assert_eq!(nearest("Retry", KEYS), Some("retry"));
    }

    #[test]
    fn a_name_cut_short_finds_the_whole_one() {
        assert_eq!(nearest("timeout", KEYS), Some("timeout_seconds"));
        assert_eq!(nearest("retries", KEYS), Some("retry"));
        assert_eq!(nearest("depends_on_step", KEYS), Some("depends_on"));
    }

    #[test]
    fn a_name_like_no_other_finds_nothing() {
        assert_eq!(nearest("zzz", KEYS), None);
        assert_eq!(nearest("", KEYS), None);
        assert_eq!(nearest(&"name".repeat(100), KEYS), None);
        assert_eq!(nearest("name", []), None);
    }

    #[test]
    fn the_suggestion_is_words_for_a_message_or_nothing() {
        assert_eq!(
            suggestion("validte", ["validate"]),
            "; did you mean \"validate\"?"
        );
        assert_eq!(suggestion("zzz", ["validate"]), "");
    }
}
