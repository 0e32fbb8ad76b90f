//! Why a value was refused.

/// Why a value breaks a rule of the domain; the text continues a sentence that begins with the
/// field's name.
///
/// ```
/// use omicron_domain::{Invalid, Username};
///
/// let error = "a:b".parse::<Username>().unwrap_err();
/// assert_eq!(error, Invalid::Forbidden(':'));
/// assert_eq!(format!("username {error}"), "username must not hold the character ':'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Nothing, or nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than the limit.
    #[error("must be at most {limit} characters long, and has {length}")]
    TooLong {
        /// The most characters there may be.
        limit: usize,
        /// How many there are.
        length: usize,
    },
    /// A name of digits alone could not be told from an id.
    #[error("must not be made of digits only: it would be read as an id")]
    OnlyDigits,
    /// A character that must not be there: a control character, one that turns the direction of
    /// writing or is invisible, or a separator.
    #[error("must not hold the character {0:?}")]
    Forbidden(char),
    /// Not of the form `name@host`.
    #[error("must be an email address such as ann@example.org")]
    NotAnEmailAddress,
    /// Not a number from 1 on, or so large that no row could have that place.
    #[error("must be a whole number from 1 on, and not beyond what can be counted")]
    NotAPage,
    /// Neither a position nor a time.
    #[error(
        "must be a position in the journal, a time such as 2026-11-24T12:00:00Z (a + in it is \
         written %2B in a URL), or now"
    )]
    NotAMoment,
    /// Not letters, digits, and `-._:+/=` only, or longer than 128 characters.
    #[error("must be 1 to 128 letters, digits or any of - . _ : + / =")]
    NotARequestId,
}
