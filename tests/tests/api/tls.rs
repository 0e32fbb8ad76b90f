//! The server speaks TLS by itself, if it is given a certificate.

use omicron_tests::{Server, ServerBuilder};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A certificate for localhost, and its key, as files in a folder.
fn certificate(folder: &Path) -> RootCertStore {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    roots
}

fn with_tls(folder: &Path, cert: &str, key: &str) -> ServerBuilder {
    let path = |name: &str| folder.join(name).display().to_string();
    Server::builder().env("TLS_CERT", &path(cert)).env("TLS_KEY", &path(key))
}

fn get(
    server: &Server,
    roots: &RootCertStore,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(server.base_url().trim_start_matches("https://"))?;
    socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    Ok(answer)
}

#[test]
fn with_a_certificate_the_server_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let roots = certificate(folder.path());
    let server = with_tls(folder.path(), "cert.pem", "key.pem").start();
    assert!(server.base_url().starts_with("https://"), "{}", server.base_url());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let answer = get(&server, &roots, version).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let hsts = "strict-transport-security: max-age=31536000";
        assert!(answer.to_lowercase().contains(hsts), "{answer}");
    }
    let port = server.base_url().rsplit_once(':').unwrap().1;
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let env =
        [("PORT", port), ("TLS_CERT", cert.to_str().unwrap()), ("TLS_KEY", key.to_str().unwrap())];
    let healthy = Server::run(&["healthcheck"], &env);
    assert!(healthy.status.success(), "{healthy:?}");
    certificate(folder.path());
    assert!(!Server::run(&["healthcheck"], &env).status.success(), "another certificate");
    assert!(get(&server, &RootCertStore::empty(), &rustls::version::TLS13).is_err());
    let mut plain = TcpStream::connect(server.base_url().trim_start_matches("https://")).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[test]
fn files_that_can_not_be_used_are_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    std::fs::write(folder.path().join("nonsense.pem"), "nonsense").unwrap();
    let other = tempfile::tempdir().unwrap();
    certificate(other.path());
    let path = |folder: &Path, name: &str| folder.join(name).display().to_string();
    let here = |name: &str| path(folder.path(), name);
    for (cert, key, named) in [
        (here("missing.pem"), here("key.pem"), "TLS_CERT"),
        (here("nonsense.pem"), here("key.pem"), "TLS_CERT"),
        (here("key.pem"), here("key.pem"), "TLS_CERT"),
        (here("cert.pem"), here("missing.pem"), "TLS_KEY"),
        (here("cert.pem"), here("cert.pem"), "TLS_KEY"),
        (here("cert.pem"), path(other.path(), "key.pem"), "TLS_KEY"),
        (here("cert.pem"), String::new(), "TLS_KEY"),
        (String::new(), here("key.pem"), "TLS_CERT"),
    ] {
        let ended = Server::run(&[], &[("TLS_CERT", &cert), ("TLS_KEY", &key), ("PORT", "0")]);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(78), "{cert} {key}: {said}");
        assert!(said.starts_with(&format!("omicron-server: {named}")), "{cert} {key}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
