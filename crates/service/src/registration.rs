//! Who may become a user.

use std::fmt;
use std::str::FromStr;

/// Who may become a user.
///
/// ```
/// use omicron_service::Registration;
/// assert_eq!("approval".parse(), Ok(Registration::Approval));
/// assert!("maybe".parse::<Registration>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anyone, at once.
    Open,
    /// Anyone whom an administrator lets in.
    Approval,
    /// Only those whom an administrator adds.
    Closed,
}

/// The text is none of the modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be open, approval or closed")]
pub struct UnknownRegistration;

impl FromStr for Registration {
    type Err = UnknownRegistration;

    fn from_str(text: &str) -> Result<Self, UnknownRegistration> {
        match text {
            "open" => Ok(Self::Open),
            "approval" => Ok(Self::Approval),
            "closed" => Ok(Self::Closed),
            _ => Err(UnknownRegistration),
        }
    }
}

impl fmt::Display for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Approval => "approval",
            Self::Closed => "closed",
        })
    }
}
