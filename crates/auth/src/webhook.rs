//! The secrets of webhooks, with which receivers tell whether a delivery is from here.

use crate::Secret;
use crate::secret::hmac_sha256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use omicron_domain::{Timestamp, WebhookId};
use secrecy::{ExposeSecret, SecretSlice};

/// Told apart from every other use of the server's secret.
const DOMAIN: &[u8] = b"omicron webhook 1";

/// A webhook's secret: derived from the server's whenever it is needed, kept nowhere.
///
/// ```
/// use omicron_auth::{Secret, WebhookSecret};
/// use omicron_domain::WebhookId;
///
/// let server = Secret::new(&"correct horse battery staple, twice".into()).unwrap();
/// let secret = WebhookSecret::derive(&server, WebhookId(4), &[7; 16]);
/// assert!(secret.expose().starts_with("whsec_"));
/// assert_eq!(format!("{secret:?}"), "WebhookSecret(***)");
/// ```
pub struct WebhookSecret(SecretSlice<u8>);

impl WebhookSecret {
    /// The secret of the webhook with this id and salt.
    #[must_use]
    pub fn derive(secret: &Secret, id: WebhookId, salt: &[u8; 16]) -> Self {
        Self(secret.hash(&[DOMAIN, &id.0.to_be_bytes(), salt]).to_vec().into())
    }

    /// The secret as Standard Webhooks writes it, to be shown to whoever made the webhook and to nobody
    /// else.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("whsec_{}", STANDARD.encode(self.0.expose_secret()))
    }

    /// The value of the header `webhook-signature`.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: Timestamp, body: &str) -> String {
        let signed = format!("{id}.{}.{body}", timestamp.timestamp());
        let signature = hmac_sha256(self.0.expose_secret(), &[signed.as_bytes()]);
        format!("v1,{}", STANDARD.encode(signature))
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference implementations.
    #[test]
    fn a_signature_is_the_one_of_standard_webhooks() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = WebhookSecret(secret.into());
        let time = Timestamp::from_timestamp(1_614_265_330, 0).unwrap();
        let signature =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_depends_on_the_server_the_webhook_and_its_salt() {
        let server = |text: &str| Secret::new(&text.repeat(32).as_str().into()).unwrap();
        let derive =
            |of: &str, id, salt| WebhookSecret::derive(&server(of), WebhookId(id), &[salt; 16]);
        let secrets = [derive("a", 1, 1), derive("b", 1, 1), derive("a", 2, 1), derive("a", 1, 2)];
        let mut exposed: Vec<String> = secrets.iter().map(WebhookSecret::expose).collect();
        exposed.sort();
        exposed.dedup();
        assert_eq!(exposed.len(), 4);
        assert_eq!(derive("a", 1, 1).expose(), secrets[0].expose());
    }
}
