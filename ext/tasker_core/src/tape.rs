//! JSON text, read: what [`crate::build`] makes Ruby objects of, without a Ruby object in it.
//!
//! Reading takes no GVL. What is read is flat: a value follows its name, the items of a list follow the list, so that
//! building is one walk from the beginning to the end.
//!
//! Only what Ruby's `JSON.parse` and this reader surely take in the same way is read. Everything else (broken text,
//! comments, `NaN`, half a surrogate pair, a number of more digits than a Float holds, deep nesting) is left to
//! `JSON.parse`, to be taken or refused as ever. That is why this isn't serde_json: it rounds, refuses and accepts
//! differently, and tells nothing of it.

mod names;
mod numbers;
mod scan;
mod strings;

use crate::times::Place;

pub use names::Name;

/// A piece of text, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    start: u32,
    length: u32,
}

impl Span {
    fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        let start = self.start as usize;
        bytes.get(start..start.wrapping_add(self.length as usize))
    }
}

/// Where a string is found.
#[derive(Clone, Copy, Debug)]
pub enum Text {
    /// It is in the JSON text as it is.
    Plain(Span),
    /// It was written with escapes; without them it is among the strings.
    Unescaped(Span),
}

/// One entry of a tape.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// `null`.
    Nil,
    /// `true` or `false`.
    Flag(bool),
    /// A number without a fraction.
    Integer(i64),
    /// The same, too large for 64 bits: its digits.
    Digits(Span),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A moment of the engine's: milliseconds since the epoch.
    Time(i64),
    /// A string.
    Text(Text),
    /// So many values follow.
    List(u32),
    /// So many names follow, each with its value.
    Object(u32),
    /// The name of the value that follows: its number among the names.
    Name(u32),
}

/// JSON text, read.
#[derive(Debug)]
pub struct Tape {
    text: String,
    strings: String,
    names: Vec<Name>,
    nodes: Vec<Node>,
}

impl Tape {
    /// Reads the text, or gives it back where it isn't for this reader.
    ///
    /// `depth` is how deep lists and objects may be nested, `place` what the whole is, for the times in it.
    pub fn read(text: String, depth: u32, place: Place) -> Result<Tape, String> {
        scan::read(text, depth, place)
    }

    /// All entries.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The names of values, mostly each once.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// A string.
    pub fn string(&self, text: Text) -> &str {
        match text {
            Text::Plain(span) => self.piece(span),
            Text::Unescaped(span) => piece(&self.strings, span),
        }
    }

    /// A piece of the JSON text.
    pub fn piece(&self, span: Span) -> &str {
        piece(&self.text, span)
    }
}

/// Never panics: it is called where a panic would end the process. Spans lie in their text, and on whole characters.
fn piece(text: &str, span: Span) -> &str {
    let start = span.start as usize;
    text.get(start..start.wrapping_add(span.length as usize))
        .unwrap_or("")
}
