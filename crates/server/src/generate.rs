//! Passwords that nobody has chosen.

use crate::error::Error;
use omicron_auth::Password;
use omicron_persistence::random_bytes;

/// Nothing that looks like something else.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password of 100 random bits, and its text, to be shown once.
pub(crate) fn password() -> Result<(Password, String), Error> {
    let letters = random_bytes::<20>()?.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    let text = groups.join("-");
    let password =
        text.parse().map_err(|error| Error::argument("the generated password", &error))?;
    Ok((password, text))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_generated_password_is_easy_to_read_and_never_twice_the_same() {
        let (_, text) = super::password().unwrap();
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
        assert!(!text.contains(['l', 'o', '0', '1']));
        assert_ne!(super::password().unwrap().1, text);
    }
}
