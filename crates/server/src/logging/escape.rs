//! Text that can't break out of its line, nor change how the rest of it looks.

use std::fmt::{self, Write};

/// Writes text for people.
pub(super) struct Plain<'a>(pub(super) &'a mut String);

/// Writes the inside of a quoted text for people.
pub(super) struct Quoted<'a>(pub(super) &'a mut String);

/// Writes the inside of a JSON string.
pub(super) struct Json<'a>(pub(super) &'a mut String);

impl Write for Plain<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text, |_| false, for_people);
        Ok(())
    }
}

impl Write for Quoted<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text, is_quoted, for_people);
        Ok(())
    }
}

impl Write for Json<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text, is_quoted, for_json);
        Ok(())
    }
}

/// What would end a quoted text, or begin an escape in it.
fn is_quoted(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

fn for_people(line: &mut String, character: char) {
    line.extend(character.escape_default());
}

fn for_json(line: &mut String, character: char) {
    match character {
        '"' => line.push_str("\\\""),
        '\\' => line.push_str("\\\\"),
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        // Writing into a string does not fail.
        other => drop(write!(line, "\\u{:04x}", u32::from(other))),
    }
}

/// Appends text, with `replace` for the characters that `also` names, for controls, and for those
/// that turn the direction of what follows.
fn escape(line: &mut String, text: &str, also: fn(u8) -> bool, replace: fn(&mut String, char)) {
    // Nearly all of what is logged, in one copy.
    if text.bytes().all(|byte| (b' '..b'\x7f').contains(&byte) && !also(byte)) {
        line.push_str(text);
        return;
    }
    for character in text.chars() {
        let special = u8::try_from(character).is_ok_and(also);
        if special || character.is_control() || turns_text(character) {
            replace(line, character);
        } else {
            line.push(character);
        }
    }
}

fn turns_text(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
