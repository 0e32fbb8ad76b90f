//! A signed request, read and checked as far as that goes without its key.

use super::component::Component;
use super::parameters::{Parameters, token_id};
use super::{BadSignature, ContentDigest, Message, SignatureInput, SigningKey, TAG};
use omicron_domain::{Timestamp, TokenId};
use sfv::{Dictionary, InnerList, Key, ListEntry, Parser};

/// A signed request that says all it has to; whether its signature is right is another matter.
#[derive(Debug)]
pub struct SignedRequest {
    parameters: Parameters,
    base: Vec<u8>,
    signature: Vec<u8>,
    body: SignedBody,
}

impl SignedRequest {
    /// Reads the signature of a request, and checks that it covers what it must.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(message: &Message<'_>) -> Result<Self, BadSignature> {
        let (list, signature) = presented(message)?;
        let input = SignatureInput::read(list)?;
        let parameters = Parameters::read(input.parameters())?;
        check_coverage(&input, message)?;
        let base = input.base(message)?;
        let digest = Component::Field("content-digest".to_owned());
        let body = match message.header(digest.name()) {
            Some(header) if input.covers(&digest) => Some(ContentDigest::read(&header)?),
            _ => None,
        };
        Ok(Self { parameters, base, signature, body: SignedBody(body) })
    }

    /// The token whose key it claims to be signed with.
    #[must_use]
    pub fn token(&self) -> TokenId {
        self.parameters.token
    }

    /// What it says of the body, for when that has been read.
    #[must_use]
    pub fn body(&self) -> SignedBody {
        self.body.clone()
    }

    pub(crate) fn nonce(&self) -> &str {
        &self.parameters.nonce
    }

    pub(crate) fn known_until(&self, now: Timestamp) -> Result<Timestamp, BadSignature> {
        self.parameters.known_until(now)
    }

    pub(crate) fn is_signed_with(&self, key: &SigningKey) -> bool {
        key.verify(&self.base, &self.signature)
    }
}

/// What a signature says of the body that comes after it.
///
/// ```
/// # use omicron_auth::signature::SignedBody;
/// let nothing = SignedBody::default(); // the signature does not cover content-digest
/// assert!(nothing.check(b"").is_ok());
/// assert!(nothing.check(b"{}").is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct SignedBody(Option<ContentDigest>);

impl SignedBody {
    /// Whether these bytes, all of the body, are what was signed.
    ///
    /// # Errors
    /// [`BadSignature::BodyUncovered`], [`BadSignature::BodyChanged`].
    pub fn check(&self, body: &[u8]) -> Result<(), BadSignature> {
        match &self.0 {
            None if body.is_empty() => Ok(()),
            None => Err(BadSignature::BodyUncovered),
            Some(digest) if digest.fits(body) => Ok(()),
            Some(_) => Err(BadSignature::BodyChanged),
        }
    }
}

/// The signature that is meant for us, and what it says that it covers.
fn presented(message: &Message<'_>) -> Result<(InnerList, Vec<u8>), BadSignature> {
    let mut inputs = dictionary(message, "signature-input", "Signature-Input")?;
    let signatures = dictionary(message, "signature", "Signature")?;
    let label = label(&inputs)?;
    let Some(ListEntry::InnerList(input)) = inputs.swap_remove(&label) else {
        return Err(BadSignature::Malformed("Signature-Input"));
    };
    let signature = match signatures.get(&label).ok_or(BadSignature::Incomplete)? {
        ListEntry::Item(item) => item.bare_item.as_byte_sequence(),
        ListEntry::InnerList(_) => None,
    };
    Ok((input, signature.ok_or(BadSignature::Malformed("Signature"))?.to_vec()))
}

fn dictionary(
    message: &Message<'_>,
    name: &str,
    shown: &'static str,
) -> Result<Dictionary, BadSignature> {
    let header = message.header(name).ok_or(BadSignature::Incomplete)?;
    Parser::new(&header).parse().map_err(|_| BadSignature::Malformed(shown))
}

/// The only label; or of several, as proxies add their own, the only one that can be ours.
fn label(inputs: &Dictionary) -> Result<Key, BadSignature> {
    let mut labels: Vec<_> = inputs.iter().collect();
    if labels.len() > 1 {
        labels.retain(|(_, input)| is_ours(input));
    }
    match labels[..] {
        [(label, _)] => Ok(label.clone()),
        [] if inputs.is_empty() => Err(BadSignature::Incomplete),
        _ => Err(BadSignature::Ambiguous),
    }
}

fn is_ours(input: &ListEntry) -> bool {
    let ListEntry::InnerList(list) = input else { return false };
    let text = |name| list.params.get(sfv::key_ref(name)).map(|value| value.as_string());
    match text("tag") {
        Some(tag) => tag.is_some_and(|tag| tag.as_str() == TAG),
        None => text("keyid").flatten().is_some_and(|id| token_id(id.as_str()).is_some()),
    }
}

/// Whatever decides what the request does has to be signed; the body's digest is asked for when
/// the body is read.
fn check_coverage(input: &SignatureInput, message: &Message<'_>) -> Result<(), BadSignature> {
    let must = |component: Component, name| {
        if input.covers(&component) { Ok(()) } else { Err(BadSignature::Uncovered(name)) }
    };
    must(Component::Method, "@method")?;
    if input.covers(&Component::TargetUri) {
        return Ok(());
    }
    must(Component::Authority, "@target-uri, or @authority and @path (@authority is missing)")?;
    must(Component::Path, "@target-uri, or @authority and @path (@path is missing)")?;
    // A bare `?` says nothing, and many a client drops it.
    if message.query.is_some_and(|query| !query.is_empty()) {
        must(Component::Query, "@query, since the address has one")?;
    }
    Ok(())
}
