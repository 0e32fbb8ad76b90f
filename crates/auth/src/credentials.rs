//! What an `Authorization` header says.

use crate::{Password, TokenText};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::str::FromStr;

/// Old clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What someone shows to be let in.
///
/// The scheme is read in any case, and base64 without one is read as Basic:
///
/// ```
/// use omicron_auth::Credentials;
///
/// for header in ["Basic c2NvdHQ6dGlnZXI=", "bAsIc c2NvdHQ6dGlnZXI", "c2NvdHQ6dGlnZXI="] {
///     assert!(matches!(header.parse(), Ok(Credentials::Password { .. })), "{header}");
/// }
/// let header = "Bearer 936da01f-9abd-4d9d-80c7-02af85c822a8";
/// assert!(matches!(header.parse(), Ok(Credentials::Token(_))));
/// ```
#[derive(Debug)]
pub enum Credentials {
    /// A username, as it was given, and a password.
    Password {
        /// The username, which may be no username at all.
        username: String,
        /// The password.
        password: Password,
    },
    /// A token.
    Token(TokenText),
}

/// The header is none of the forms that are understood.
///
/// ```
/// let error = "Digest username=scott".parse::<omicron_auth::Credentials>().unwrap_err();
/// assert!(error.to_string().contains("Bearer"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the Authorization header must be `Basic` with base64 of `username:password` or of a token, or `Bearer` with a token"
)]
pub struct Malformed;

impl FromStr for Credentials {
    type Err = Malformed;

    fn from_str(header: &str) -> Result<Self, Malformed> {
        let (scheme, value) = match header.trim().split_once(' ') {
            Some((scheme, value)) => (scheme, value.trim()),
            None => ("basic", header.trim()),
        };
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => basic(value),
            "bearer" => value.parse().map(Self::Token).map_err(|_| Malformed),
            _ => Err(Malformed),
        }
    }
}

fn basic(value: &str) -> Result<Credentials, Malformed> {
    let bytes = BASE64.decode(value).map_err(|_| Malformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Malformed)?;
    match text.split_once(':') {
        // The token stands in the username's place, and there is no password.
        Some((token, "")) => token.parse().map(Credentials::Token).map_err(|_| Malformed),
        None => text.parse().map(Credentials::Token).map_err(|_| Malformed),
        Some((username, password)) => {
            let password = password.parse().map_err(|_| Malformed)?;
            Ok(Credentials::Password { username: username.to_owned(), password })
        }
    }
}
