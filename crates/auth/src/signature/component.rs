//! The parts of a request that a signature can cover.

use super::bad::shown;
use super::{BadSignature, Message};

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Component {
    Method,
    TargetUri,
    Authority,
    Scheme,
    RequestTarget,
    Path,
    Query,
    /// A header, by its name in lower case.
    Field(String),
}

impl Component {
    /// The component that an identifier names. None of the parameters is supported: `sf`, `key`
    /// and `bs` would each need a second reading of the same header, and `req` and `tr` name
    /// what no request has.
    pub(super) fn read(item: &sfv::Item) -> Result<Self, BadSignature> {
        let name = item.bare_item.as_string().ok_or(BadSignature::Malformed("Signature-Input"))?;
        let name = name.as_str();
        if let Some((parameter, _)) = item.params.first() {
            let what = format!("{} with the parameter {parameter}", shown(name));
            return Err(BadSignature::Unsupported(what));
        }
        Ok(match name {
            "@method" => Self::Method,
            "@target-uri" => Self::TargetUri,
            "@authority" => Self::Authority,
            "@scheme" => Self::Scheme,
            "@request-target" => Self::RequestTarget,
            "@path" => Self::Path,
            "@query" => Self::Query,
            field if is_field(field) => Self::Field(field.to_owned()),
            other => return Err(BadSignature::Unsupported(shown(other))),
        })
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Method => "@method",
            Self::TargetUri => "@target-uri",
            Self::Authority => "@authority",
            Self::Scheme => "@scheme",
            Self::RequestTarget => "@request-target",
            Self::Path => "@path",
            Self::Query => "@query",
            Self::Field(name) => name,
        }
    }

    /// What the request has here. A value never holds the end of a line: a base in which one value
    /// could pass for two would be no signature of either.
    pub(super) fn value(&self, message: &Message<'_>) -> Result<Vec<u8>, BadSignature> {
        let value = match self {
            Self::Method => message.method.into(),
            Self::TargetUri => message.target_uri().into_bytes(),
            Self::Authority => message.normal_authority().into_bytes(),
            Self::Scheme => message.scheme.to_ascii_lowercase().into_bytes(),
            Self::RequestTarget => message.target.into(),
            // An empty path and an absent query have a form of their own.
            Self::Path if message.path.is_empty() => b"/".to_vec(),
            Self::Path => message.path.into(),
            Self::Query => format!("?{}", message.query.unwrap_or_default()).into_bytes(),
            Self::Field(name) => {
                message.header(name).ok_or_else(|| BadSignature::Absent(shown(name)))?
            }
        };
        let nowhere = message.authority.is_empty();
        if nowhere && matches!(self, Self::Authority | Self::TargetUri) {
            return Err(BadSignature::Absent(self.name().to_owned()));
        }
        if value.iter().any(|byte| matches!(byte, b'\n' | b'\r' | b'\0')) {
            return Err(BadSignature::Unsupported(format!("{} over lines", shown(self.name()))));
        }
        Ok(value)
    }
}

/// Whether this is a header's name in lower case: RFC 9110's token.
fn is_field(name: &str) -> bool {
    let token = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    !name.is_empty() && name.bytes().all(token)
}
