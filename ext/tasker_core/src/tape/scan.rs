//! The reader of JSON text.

use super::names::Seen;
use super::numbers::{self, Number};
use super::{Name, Node, Span, Tape, Text, strings};
use crate::times::{Place, Traits};

/// Reads the text, or gives it back.
pub(super) fn read(text: String, depth: u32, place: Place) -> Result<Tape, String> {
    let mut scan = Scan {
        text: &text,
        at: 0,
        strings: String::new(),
        names: Vec::new(),
        // An entry for every six bytes is what answers come to.
        nodes: Vec::with_capacity(text.len() / 6 + 1),
        seen: Seen::new(),
    };
    // Places in it are told by 32 bits.
    let whole = u32::try_from(text.len())
        .ok()
        .and_then(|_| scan.whole(depth, place));
    let Scan {
        strings,
        names,
        nodes,
        ..
    } = scan;
    match whole {
        Some(()) => Ok(Tape {
            text,
            strings,
            names,
            nodes,
        }),
        None => Err(text),
    }
}

/// Reading under way. Every method answers `None` where the text isn't for this reader.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    strings: String,
    names: Vec<Name>,
    nodes: Vec<Node>,
    seen: Seen,
}

impl Scan<'_> {
    fn whole(&mut self, depth: u32, place: Place) -> Option<()> {
        self.value(depth, place, false)?;
        self.skip_blanks();
        (self.at == self.text.len()).then_some(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next byte that is no blank, taken.
    #[inline]
    fn take(&mut self) -> Option<u8> {
        let mut byte = self.peek()?;
        // What the engine writes has no blanks.
        if byte <= b' ' {
            self.skip_blanks();
            byte = self.peek()?;
        }
        self.at += 1;
        Some(byte)
    }

    /// Whether the next byte that is no blank is this one; it is taken then.
    fn took(&mut self, wanted: u8) -> bool {
        self.skip_blanks();
        let is_it = self.peek() == Some(wanted);
        self.at += usize::from(is_it);
        is_it
    }

    /// A value in this place; `moment` says that a number is a time.
    fn value(&mut self, depth: u32, place: Place, moment: bool) -> Option<()> {
        let node = match self.take()? {
            b'"' => Node::Text(self.string()?),
            b'{' => return self.object(depth.checked_sub(1)?, place),
            b'[' => return self.list(depth.checked_sub(1)?, place),
            b'n' => self.word("ull", Node::Nil)?,
            b't' => self.word("rue", Node::Flag(true))?,
            b'f' => self.word("alse", Node::Flag(false))?,
            _ => self.number(moment)?,
        };
        self.nodes.push(node);
        Some(())
    }

    fn word(&mut self, rest: &str, node: Node) -> Option<Node> {
        let is_it = self
            .text
            .as_bytes()
            .get(self.at..)?
            .starts_with(rest.as_bytes());
        self.at += rest.len();
        is_it.then_some(node)
    }

    /// A number whose first byte is taken.
    fn number(&mut self, moment: bool) -> Option<Node> {
        let start = self.at.checked_sub(1)?;
        let (number, length) = numbers::read(self.text.as_bytes().get(start..)?)?;
        self.at = start + length;
        Some(match number {
            Number::Integer(value) if moment => Node::Time(value),
            Number::Integer(value) => Node::Integer(value),
            Number::Large => Node::Digits(span(start, self.at)),
            Number::Float(value) => Node::Float(value),
        })
    }

    /// A string whose first quote is taken.
    fn string(&mut self) -> Option<Text> {
        let start = self.at;
        match self.run()? {
            b'"' => Some(Text::Plain(span(start, self.at - 1))),
            _ => self.escaped(start),
        }
    }

    /// Passes what stands for itself; takes and returns the quote or the backslash behind it.
    fn run(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = strings::ordinary(rest);
        let end = *rest.get(length)?;
        self.at += length + 1;
        matches!(end, b'"' | b'\\').then_some(end)
    }

    /// The string that began at `start`, of which the first backslash is taken.
    fn escaped(&mut self, start: usize) -> Option<Text> {
        let first = self.strings.len();
        let mut from = start;
        let mut end = b'\\';
        while end == b'\\' {
            self.strings.push_str(self.text.get(from..self.at - 1)?);
            let escape = self.text.as_bytes().get(self.at..)?;
            self.at += strings::unescape(escape, &mut self.strings)?;
            from = self.at;
            end = self.run()?;
        }
        self.strings.push_str(self.text.get(from..self.at - 1)?);
        Some(Text::Unescaped(span(first, self.strings.len())))
    }

    /// A list whose bracket is taken.
    fn list(&mut self, depth: u32, place: Place) -> Option<()> {
        let place = place.of_items();
        let here = self.open(Node::List(0));
        let mut length = 0;
        if !self.took(b']') {
            loop {
                self.value(depth, place, false)?;
                length += 1;
                match self.take()? {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.close(here, Node::List(length))
    }

    /// An object whose brace is taken.
    fn object(&mut self, depth: u32, place: Place) -> Option<()> {
        let here = self.open(Node::Object(0));
        let mut length = 0;
        if !self.took(b'}') {
            loop {
                self.pair(depth, place)?;
                length += 1;
                match self.take()? {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.close(here, Node::Object(length))
    }

    fn pair(&mut self, depth: u32, place: Place) -> Option<()> {
        (self.take()? == b'"').then_some(())?;
        let traits = self.name()?;
        (self.take()? == b':').then_some(())?;
        self.value(depth, place.of_value(traits), place.is_moment(traits))
    }

    fn name(&mut self) -> Option<Traits> {
        let text = self.string()?;
        let (json, strings) = (self.text.as_bytes(), self.strings.as_bytes());
        let bytes = |text: Text| match text {
            Text::Plain(span) => span.of(json),
            Text::Unescaped(span) => span.of(strings),
        };
        let name = bytes(text)?;
        let (place, known) = self.seen.place(name);
        let seen = known.and_then(|number| Some((number, self.names.get(number as usize)?)));
        if let Some((number, seen)) = seen
            && bytes(seen.text) == Some(name)
        {
            self.nodes.push(Node::Name(number));
            return Some(seen.traits);
        }
        let number = u32::try_from(self.names.len()).ok()?;
        *place = number;
        let traits = Traits::of(name);
        self.names.push(Name { text, traits });
        self.nodes.push(Node::Name(number));
        Some(traits)
    }

    fn open(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Says how long the list or object is that was opened there.
    fn close(&mut self, here: usize, node: Node) -> Option<()> {
        *self.nodes.get_mut(here)? = node;
        Some(())
    }
}

/// From one place to another. The text is known to be short enough.
fn span(start: usize, end: usize) -> Span {
    Span {
        start: start as u32,
        length: (end - start) as u32,
    }
}
