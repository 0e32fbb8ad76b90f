//! The rules that all names share: which characters, how many, and when two are the same.

use crate::Invalid;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The form of a text that ignores case and the way its accents are encoded: NFC, lower case, and
/// one letter for those that share a capital, as `σ` and `ς` do.
///
/// It is made here and stored beside the name, since the databases' own `lower()` disagree.
///
/// ```
/// // U+00C9, and E followed by a combining accent
/// assert_eq!(omicron_domain::fold("\u{c9}COLE"), omicron_domain::fold("E\u{301}cole"));
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfc().flat_map(fold_char).nfc().collect()
}

/// The lower case of the capital, since "ς" at a word's end is the "Σ" of its capitals, too.
fn fold_char(character: char) -> std::char::ToLowercase {
    let mut capital = character.to_uppercase();
    match (capital.next(), capital.next()) {
        // Turkish tells "ı" from "i" by the dot alone.
        (Some(capital), None) if character != 'ı' => capital.to_lowercase(),
        // A capital of several letters would make "Maße" and "Masse" the same.
        _ => character.to_lowercase(),
    }
}

/// Most texts are in NFC already, as all that come from the database are.
fn nfc(text: &str) -> String {
    if text.is_ascii() || is_nfc(text) { text.to_owned() } else { text.nfc().collect() }
}

/// A line of text: trimmed, in NFC, 1 to `limit` characters, none of them invisible.
pub(crate) fn line(text: &str, limit: usize) -> Result<String, Invalid> {
    let text = nfc(text.trim());
    if text.is_empty() {
        return Err(Invalid::Empty);
    }
    within(&text, limit)?;
    match text.chars().find(|&character| is_invisible(character)) {
        Some(character) => Err(Invalid::Forbidden(character)),
        None => Ok(text),
    }
}

/// A text of several lines: at most `limit` characters, line breaks and tabs among them.
pub(crate) fn paragraph(text: &str, limit: usize) -> Result<String, Invalid> {
    let text = nfc(text);
    within(&text, limit)?;
    match text.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        Some(character) => Err(Invalid::Forbidden(character)),
        None => Ok(text),
    }
}

/// A name that stands in a path where an id could stand.
pub(crate) fn not_only_digits(text: &str) -> Result<(), Invalid> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Invalid::OnlyDigits);
    }
    Ok(())
}

fn within(text: &str, limit: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if length > limit {
        return Err(Invalid::TooLong { limit, length });
    }
    Ok(())
}

/// Controls, separators of lines, and the format characters that hide or turn what is written.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
