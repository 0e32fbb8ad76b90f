//! What a signature says of itself.

use super::{BadSignature, TAG};
use chrono::TimeDelta;
use omicron_domain::{Timestamp, TokenId};

/// How far `created` may be from the server's clock, before or after.
const WINDOW: TimeDelta = TimeDelta::seconds(300);
/// How much longer a nonce is kept: the clock of the server that forgets it may be ahead of the
/// one that would accept it again.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// The longest nonce.
const LONGEST_NONCE: usize = 128;

/// What a signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) token: TokenId,
    pub(super) nonce: String,
    created: Timestamp,
    expires: Option<Timestamp>,
}

impl Parameters {
    pub(super) fn read(parameters: &sfv::Parameters) -> Result<Self, BadSignature> {
        let get = |name| parameters.get(sfv::key_ref(name));
        let text = |name| get(name).and_then(sfv::BareItem::as_string).map(sfv::StringRef::as_str);
        let bad = |what| Err(BadSignature::Parameter(what));
        if get("alg").is_some() && text("alg") != Some("hmac-sha256") {
            return bad("alg, if there is one, must be \"hmac-sha256\"");
        }
        // Else what was signed for another service would be good for this one.
        if get("tag").is_some() && text("tag") != Some(TAG) {
            return bad("tag, if there is one, must be \"omicron\"");
        }
        let Some(token) = text("keyid").and_then(token_id) else {
            return bad("keyid must be there: the token's id, as text");
        };
        let nonce = text("nonce").unwrap_or_default();
        if nonce.is_empty() || nonce.len() > LONGEST_NONCE {
            return bad("nonce must be there: a text of 1 to 128 characters");
        }
        let Some(created) = get("created").and_then(moment) else {
            return bad("created must be there: seconds since 1970, as a number");
        };
        let expires = match get("expires") {
            None => None,
            Some(expires) => match moment(expires) {
                None => return bad("expires must be seconds since 1970, as a number"),
                expires => expires,
            },
        };
        Ok(Self { token, nonce: nonce.to_owned(), created, expires })
    }

    /// Whether the signature is of now, and until when its nonce has to be known.
    pub(super) fn known_until(&self, now: Timestamp) -> Result<Timestamp, BadSignature> {
        if (now - self.created).abs() > WINDOW {
            return Err(BadSignature::OutOfWindow);
        }
        if self.expires.is_some_and(|expires| now >= expires) {
            return Err(BadSignature::Expired);
        }
        Ok(self.created + WINDOW + SKEW)
    }
}

/// The id of a token, in the one spelling that it has.
pub(super) fn token_id(text: &str) -> Option<TokenId> {
    let id: i64 = text.parse().ok()?;
    (id > 0 && id.to_string() == text).then_some(TokenId(id))
}

fn moment(item: &sfv::BareItem) -> Option<Timestamp> {
    Timestamp::from_timestamp(item.as_integer()?.into(), 0)
}
