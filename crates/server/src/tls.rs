//! The certificate and its key.

use crate::error::Error;
use crate::settings::{BadSetting, Settings};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

/// What is needed to speak TLS 1.2 and 1.3, if that was asked for.
pub(crate) fn load(settings: &Settings) -> Result<Option<ServerConfig>, Error> {
    let (Some(certificate), Some(key)) = (&settings.tls_cert, &settings.tls_key) else {
        return Ok(None);
    };
    let chain =
        certificates(certificate).map_err(|error| refused("TLS_CERT", certificate, error))?;
    let key_file = PrivateKeyDer::from_pem_file(key);
    let key_file = key_file.map_err(|error| refused("TLS_KEY", key, in_words(error)))?;
    // Named, since nothing else may choose another provider for the whole process.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key_file));
    config.map(Some).map_err(|error| refused("TLS_KEY", key, error))
}

/// The certificates of a PEM file, at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let chain: Vec<_> = read.map_err(in_words)?;
    if chain.is_empty() { Err(in_words(pem::Error::NoItemsFound)) } else { Ok(chain) }
}

fn in_words(error: pem::Error) -> String {
    match error {
        pem::Error::NoItemsFound => "there is nothing of the kind in it".to_owned(),
        pem::Error::Io(error) => error.to_string(),
        error => error.to_string(),
    }
}

fn refused(name: &'static str, path: &Path, why: impl Display) -> Error {
    BadSetting::new(name, format_args!("can't be used: {}: {why}", path.display())).into()
}
