//! What a signature covers and says of itself.

use super::component::Component;
use super::{BadSignature, Message, TAG};
use sfv::{FieldType as _, InnerList, List, ListEntry, Parser};
use std::str::FromStr;

/// The most components of one signature; a request has about ten that matter.
const MOST: usize = 64;

/// What a signature covers and says of itself: one member of `Signature-Input`.
///
/// ```
/// use omicron_auth::signature::SignatureInput;
///
/// let input: SignatureInput = r#"("@method");created=1618884473"#.parse()?;
/// assert_eq!(input.header(), r#"omicron=("@method");created=1618884473"#);
/// # Ok::<(), omicron_auth::signature::BadSignature>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignatureInput {
    covered: Vec<Component>,
    list: InnerList,
}

impl SignatureInput {
    pub(super) fn read(list: InnerList) -> Result<Self, BadSignature> {
        // Each is compared with all before it.
        if list.items.len() > MOST {
            return Err(BadSignature::TooMany(MOST));
        }
        let mut covered = Vec::with_capacity(list.items.len());
        for item in &list.items {
            let component = Component::read(item)?;
            if covered.contains(&component) {
                return Err(BadSignature::Repeated(super::bad::shown(component.name())));
            }
            covered.push(component);
        }
        Ok(Self { covered, list })
    }

    /// The base: the very bytes that are signed (RFC 9421, section 2.5).
    ///
    /// # Errors
    /// [`BadSignature::Absent`] for what the request does not have.
    pub fn base(&self, message: &Message<'_>) -> Result<Vec<u8>, BadSignature> {
        let mut base = Vec::new();
        for component in &self.covered {
            base.extend_from_slice(format!("\"{}\": ", component.name()).as_bytes());
            base.extend_from_slice(&component.value(message)?);
            base.push(b'\n');
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(self.text().as_bytes());
        Ok(base)
    }

    /// The value of `Signature-Input`, under the label `omicron`.
    #[must_use]
    pub fn header(&self) -> String {
        format!("{TAG}={}", self.text())
    }

    /// Written in the one way that RFC 8941 allows, however it was received.
    fn text(&self) -> String {
        vec![ListEntry::InnerList(self.list.clone())].serialize().unwrap_or_default()
    }

    pub(super) fn parameters(&self) -> &sfv::Parameters {
        &self.list.params
    }

    pub(super) fn covers(&self, component: &Component) -> bool {
        self.covered.contains(component)
    }
}

impl FromStr for SignatureInput {
    type Err = BadSignature;

    fn from_str(text: &str) -> Result<Self, BadSignature> {
        let malformed = BadSignature::Malformed("Signature-Input");
        let list: List = Parser::new(text).parse().map_err(|_| malformed.clone())?;
        match <[ListEntry; 1]>::try_from(list) {
            Ok([ListEntry::InnerList(list)]) => Self::read(list),
            _ => Err(malformed),
        }
    }
}
