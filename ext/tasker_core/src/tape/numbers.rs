//! Numbers: those that any reader takes for the same.

/// A number.
pub(super) enum Number {
    /// It fits into 64 bits.
    Integer(i64),
    /// An integer with more digits.
    Large,
    /// With a fraction or an exponent.
    Float(f64),
}

/// Digits that surely fit into 64 bits.
const MOST_DIGITS: usize = 18;

/// Digits after which readers of decimal fractions begin to differ. Ruby writes no Float with more.
const MOST_SIGNIFICANT: usize = 17;

/// Exponents from which a Float may become infinite, zero, or less exact.
const GREATEST_EXPONENT: i32 = 280;

/// The number at the beginning of the bytes, and its length; none where it isn't one for this reader.
pub(super) fn read(bytes: &[u8]) -> Option<(Number, usize)> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let (value, whole) = integer(bytes.get(sign..)?);
    let leading_zero = whole > 1 && bytes.get(sign) == Some(&b'0');
    if whole == 0 || leading_zero {
        return None;
    }
    let end = sign + whole;
    match bytes.get(end) {
        Some(b'.' | b'e' | b'E') => float(bytes, end),
        _ if whole > MOST_DIGITS => Some((Number::Large, end)),
        _ => Some((Number::Integer(if sign == 1 { -value } else { value }), end)),
    }
}

/// How many digits there are from here on.
fn digits(bytes: &[u8], from: usize) -> usize {
    bytes
        .iter()
        .skip(from)
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// The value of the digits at the beginning, and their number; of too many digits the value is nothing.
fn integer(bytes: &[u8]) -> (i64, usize) {
    let (mut value, mut length) = (0_i64, 0);
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        length += 1;
    }
    (value, length)
}

fn float(bytes: &[u8], whole_ends: usize) -> Option<(Number, usize)> {
    let mut end = whole_ends;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(bytes, end + 1);
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    let significant = bytes
        .get(..end)?
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .skip_while(|digit| **digit == b'0')
        .count();
    // Zeros behind the point move the others: what is as long as this may be very small.
    if significant > MOST_SIGNIFICANT || end > MOST_SIGNIFICANT + 8 {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        end += exponent(bytes, end)?;
    }
    let written = std::str::from_utf8(bytes.get(..end)?).ok()?;
    Some((Number::Float(written.parse().ok()?), end))
}

/// The length of an exponent that is neither very great nor very small.
fn exponent(bytes: &[u8], from: usize) -> Option<usize> {
    let sign = usize::from(matches!(bytes.get(from + 1), Some(b'+' | b'-')));
    let length = digits(bytes, from + 1 + sign);
    let first = from + 1 + sign;
    let value = std::str::from_utf8(bytes.get(first..first + length)?).ok()?;
    let value: i32 = value.parse().ok()?;
    (value <= GREATEST_EXPONENT).then_some(1 + sign + length)
}
