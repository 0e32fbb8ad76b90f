//! What only the receiver is to know is in no log, however much that is asked to tell.

use super::{Receiver, await_that, deliveries, make};
use crate::lab::{Lab, invalid, text};
use omicron_tests::Backend;
use serde_json::json;

#[test]
fn neither_addresses_nor_secrets_are_logged() {
    let environment = [("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.0/8"), ("RUST_LOG", "trace")];
    let mut lab = Lab::with(Backend::Sqlite, &environment);
    let root = lab.root();
    let receiver = Receiver::start();
    let url = format!("{}hook/in-the-path?token=in-the-query", receiver.url());
    let made = make(&root, &json!({"url": url, "kinds": ["webhook"]}));
    let path = format!("/api/v1/webhooks/{}", made["id"]);
    let rotated = root.post(&format!("{path}/secret"), &json!({})).expect(200).json();
    let with_credentials = json!({"url": "https://ann:in-the-credentials@example.org/"});
    invalid(root.post("/api/v1/webhooks", &with_credentials), "/url");
    await_that("two deliveries", || deliveries(&root, &made, "delivered").len() == 2);
    // A host that is none, too: failures are what is logged.
    let nowhere = make(&root, &json!({"url": "http://127.0.0.1:1/in-the-failure"}));
    let tried = || deliveries(&root, &nowhere, "pending");
    await_that("a failure", || tried().iter().any(|one| one["last_error"].is_string()));
    lab.server.terminate();

    let log = lab.server.log();
    assert!(log.contains(" TRACE "), "it tells all that it does");
    let signed: Vec<_> =
        receiver.letters().iter().map(|one| one.header("webhook-signature").to_owned()).collect();
    let secrets = [&made, &rotated].map(|webhook| text(&webhook["secret"]));
    let places = ["path", "query", "credentials", "failure"].map(|place| format!("in-the-{place}"));
    for secret in secrets.iter().chain(&places).chain(&signed) {
        let line = log.lines().find(|line| line.contains(secret.trim_start_matches("whsec_")));
        assert_eq!(line, None, "{secret}");
    }
    // What is on its way is told in rows of bytes, in which no word would be found.
    assert_eq!(log.lines().find(|line| line.contains(" ureq")), None);
}
