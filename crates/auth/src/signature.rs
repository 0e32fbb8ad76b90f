//! Signed requests: HTTP Message Signatures (RFC 9421) with `hmac-sha256`, and the digest of the
//! body that goes with them (RFC 9530). Nothing secret crosses the wire.
//!
//! A client takes the [`SigningKey`] that came with its token, writes what it covers as a
//! [`SignatureInput`], and signs the base that follows from it:
//!
//! ```
//! use omicron_auth::signature::{Message, SignatureInput, SignedRequest, SigningKey};
//!
//! let key: SigningKey = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=".parse()?;
//! let input = r#"("@method" "@authority" "@path");created=1618884473;keyid="7";nonce="4f0a""#;
//! let input: SignatureInput = input.parse()?;
//! let mut request = Message {
//!     method: "GET", scheme: "https", authority: "lab.example", target: "/api/v1/projects",
//!     path: "/api/v1/projects", query: None, headers: vec![],
//! };
//! let signature = key.sign(&input.base(&request)?);
//! let (input, signature) = (input.header(), signature.header());
//! request.headers.push(("signature-input", input.as_bytes()));
//! request.headers.push(("signature", signature.as_bytes()));
//!
//! // What the server reads of it; only an `Authenticator` says whose it is.
//! assert_eq!(SignedRequest::read(&request)?.token().0, 7);
//! # Ok::<(), omicron_auth::signature::BadSignature>(())
//! ```

mod bad;
mod component;
mod digest;
mod input;
mod key;
mod message;
mod parameters;
mod request;

pub use bad::BadSignature;
pub use digest::ContentDigest;
pub use input::SignatureInput;
pub use key::{Signature, SigningKey};
pub use message::Message;
pub use request::{SignedBody, SignedRequest};

/// What a signature of ours may be tagged with, and the label that we write.
pub const TAG: &str = "omicron";
