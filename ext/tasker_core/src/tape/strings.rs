//! What stands in strings: characters for themselves, and escapes.

/// How many bytes are looked at together.
const TOGETHER: usize = 8;

/// A one in each of eight bytes.
const ONES: u64 = u64::MAX / 0xff;

/// The highest bit of each of eight bytes.
const HIGHEST: u64 = ONES * 0x80;

/// How many bytes stand for themselves, before the first quote, backslash or control character.
#[inline]
pub(super) fn ordinary(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<TOGETHER>();
    for (index, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return index * TOGETHER + special.trailing_zeros() as usize / 8;
        }
    }
    let last = rest
        .iter()
        .take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20))
        .count();
    words.len() * TOGETHER + last
}

/// The highest bit of the first byte that is special; of those after it nothing is said.
#[inline]
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & HIGHEST
}

/// Puts what an escape stands for to the strings; returns its length, and none where readers differ about it.
///
/// `escape` is what follows the backslash.
pub(super) fn unescape(escape: &[u8], strings: &mut String) -> Option<usize> {
    let plain = match escape.first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(escape, strings),
        _ => return None,
    };
    strings.push(plain);
    Some(1)
}

fn unicode(escape: &[u8], strings: &mut String) -> Option<usize> {
    let first = unit(escape)?;
    if let Some(character) = char::from_u32(first) {
        strings.push(character);
        return Some(5);
    }
    if escape.get(5) != Some(&b'\\') {
        return None;
    }
    let second = unit(escape.get(6..)?)?;
    let paired = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
    let character = 0x10000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
    strings.push(char::from_u32(character).filter(|_| paired)?);
    Some(11)
}

/// The four digits of `uXXXX`.
fn unit(escape: &[u8]) -> Option<u32> {
    let (b'u', digits) = escape.get(..5)?.split_first()? else {
        return None;
    };
    digits.iter().try_fold(0, |unit, digit| {
        Some(unit * 16 + char::from(*digit).to_digit(16)?)
    })
}
