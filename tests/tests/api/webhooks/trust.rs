//! Over TLS: whom the server trusts is delivered to, and of others it is told what is wrong.

use super::{Receiver, await_that, deliveries, make};
use crate::lab::{Lab, text};
use omicron_tests::Backend;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use std::sync::Arc;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A receiver of this name, for which an authority vouches.
fn receiver(authority: &Authority, name: &str) -> Receiver {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Receiver::start_tls(config)
}

#[test]
fn a_receiver_gets_what_is_posted_if_the_server_trusts_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (authority("Ours"), authority("Theirs"));
    let file = folder.path().join("authorities.pem");
    std::fs::write(&file, ours.pem()).unwrap();
    let environment = [
        ("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8"),
        ("SSL_CERT_FILE", file.to_str().unwrap()),
        // Addresses are as in production.
        ("STATE", "PROD"),
        ("BCRYPT_COST", "10"),
    ];
    let lab = Lab::with(Backend::Sqlite, &environment);
    let root = lab.root();
    let hook = |receiver: &Receiver| {
        let url = format!("https://localhost:{}/hook", receiver.port());
        make(&root, &json!({"url": url, "kinds": ["webhook"]}))
    };

    let trusted = receiver(&ours, "localhost");
    let made = hook(&trusted);
    await_that("a delivery", || !deliveries(&root, &made, "delivered").is_empty());
    assert_eq!(trusted.letters()[0].json()["type"], "webhook.created");

    let (unknown, misnamed) = (receiver(&other, "localhost"), receiver(&ours, "other.example"));
    for (receiver, said) in [(&unknown, "with SSL_CERT_FILE"), (&misnamed, "not valid for name")] {
        let made = hook(receiver);
        let tried = || deliveries(&root, &made, "pending").first().cloned();
        await_that(said, || tried().is_some_and(|one| one["last_error"].is_string()));
        let delivery = tried().unwrap();
        assert!(text(&delivery["last_error"]).contains(said), "{delivery}");
        assert!(delivery["last_status"].is_null(), "{delivery}");
        assert!(receiver.connections() > 0 && receiver.letters().is_empty(), "{said}");
    }
}
