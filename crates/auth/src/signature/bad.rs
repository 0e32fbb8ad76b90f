//! Why a signed request is refused.

/// Why a signed request is refused, as far as its sender can put it right. That the key is another
/// one, or its token has ended, is [`Error::WrongCredentials`](crate::Error::WrongCredentials).
///
/// ```
/// use omicron_auth::signature::BadSignature;
/// assert!(BadSignature::Uncovered("@method").to_string().contains("must cover @method"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSignature {
    /// One of the two headers is missing, or has no part of the other's label.
    #[error("a signed request has Signature-Input and Signature, each with the same label")]
    Incomplete,
    /// A header is not written as its standard says.
    #[error("{0} is not written as RFC 9421 and RFC 9530 say")]
    Malformed(&'static str),
    /// It can't be told which of several signatures is meant for us.
    #[error("of several signatures, exactly one must be for this server: give it the tag omicron")]
    Ambiguous,
    /// A parameter is missing or not as it must be.
    #[error("the signature's parameter {0}")]
    Parameter(&'static str),
    /// It covers more parts than any request needs.
    #[error("the signature covers more than {0} components")]
    TooMany(usize),
    /// It covers something that this server can't compute, or in a way that it can't.
    #[error("the signature covers {0}, which this server does not support")]
    Unsupported(String),
    /// It covers something twice.
    #[error("the signature covers {0} more than once")]
    Repeated(String),
    /// It covers something that the request does not have.
    #[error("the signature covers {0}, which the request does not have")]
    Absent(String),
    /// It leaves out what has to be signed.
    #[error("the signature must cover {0}")]
    Uncovered(&'static str),
    /// It was made too long ago, or is from the future.
    #[error("the signature's time `created` is more than 300 seconds from the server's clock")]
    OutOfWindow,
    /// It says itself that it is too old.
    #[error("the signature's time `expires` has passed")]
    Expired,
    /// The same nonce was used before.
    #[error("the signature's nonce was used before: sign each request anew")]
    Replayed,
    /// There is a body that was not signed.
    #[error("the body is not signed: the signature must cover content-digest")]
    BodyUncovered,
    /// The body is not the one that was signed.
    #[error("the body is not the one that Content-Digest describes")]
    BodyChanged,
}

/// A name that the client gave, at a length that can be shown.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}
