//! Signed requests (RFC 9421), and the clients of the documentation that send them.

use crate::lab::{problem, project, text};
use crate::signer::{Headers, Signer};
use crate::{Lab, fixture};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use omicron_tests::{Answer, Server, on_both, raw};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

#[track_caller]
fn refused(answer: Answer, words: &str) {
    let detail = text(&problem(answer, 401)["detail"]);
    assert!(detail.contains(words), "{detail}");
}

fn body(name: &str) -> String {
    project(name).to_string()
}

/// The whole exchange of one client of the documentation.
fn example_works(lab: &Lab, name: &str) {
    let scott = lab.person("scott");
    let signer = Signer::of(lab, &scott);
    let url = |path: &str| format!("{}{path}", lab.server.base_url());
    let done = |args: &[&str]| {
        let output = signer.example(name, args);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let body = json!({"name": "Größe $(x) 'y'", "description": "100 %\nof it"}).to_string();
    let made = done(&["POST", &url("/api/v1/projects"), &body]);
    assert_eq!(made["name"], "Größe $(x) 'y'");
    let path = format!("/api/v1/projects/{}", made["id"]);
    assert_eq!(done(&["GET", &url(&path)])["owner"]["username"], "scott");
    let page = done(&["GET", &url("/api/v1/projects?page=1&items_per_page=5")]);
    assert_eq!(page["projects"].as_array().unwrap().len(), 1);
    assert_eq!(done(&["DELETE", &url(&path)])["status"], "resource deleted");
    let stranger = Signer { key: STANDARD.encode([7; 32]), ..Signer::of(lab, &scott) };
    let output = stranger.example(name, &["GET", &url("/api/v1/projects")]);
    assert!(!output.status.success(), "{output:?}");
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["status"], 401);
}

on_both! {
    fn the_python_client_of_the_documentation_works(lab: &Lab) {
        example_works(lab, "sign.py");
    }

    fn the_shell_client_of_the_documentation_works(lab: &Lab) {
        example_works(lab, "sign.sh");
    }

    fn a_signed_request_is_its_token_s_owner_s(lab: &Lab) {
        let scott = lab.person("scott");
        let signer = Signer::of(lab, &scott);
        let made = signer.send("POST", "/api/v1/projects", &body("Alloys")).expect(201).json();
        assert_eq!(made["owner"]["username"], "scott");
        signer.send("GET", "/api/v1/projects?page=1", "").expect(200);
        // As a token, and not as a password.
        problem(signer.send("POST", "/api/v1/token", ""), 403);
        let listed = scott.get("/api/v1/tokens").expect(200).text().to_owned();
        assert!(!listed.contains(&signer.key) && !lab.server.log().contains(&signer.key));
        signer.send("DELETE", "/api/v1/token", "").expect(200);
        refused(signer.send("GET", "/api/v1/projects", ""), "wrong or have expired");
    }

    fn what_is_signed_is_what_was_sent(lab: &Lab) {
        let signer = Signer::of(lab, &lab.person("scott"));
        signer.send("POST", "/api/v1/projects", &body("a/b")).expect(201);
        for target in [
            "/api/v1projects/a%2Fb", "/api/v1/projects/a%2fb", "/projects/a%2Fb", "/api/v1/projects/%61%2Fb?",
            "/api/v1/projects/a%2Fb?schema=false",
        ] {
            signer.send("GET", target, "").expect(200);
        }
        signer.send("HEAD", "/api/v1/projects", "").expect(200);
        let headers = signer.sign("HEAD", "/api/v1/projects", "");
        problem(signer.send_with("GET", "/api/v1/projects", "", &headers), 401);
    }

    fn a_request_that_was_changed_is_refused(lab: &Lab) {
        let signer = Signer::of(lab, &lab.person("scott"));
        let (target, sent) = ("/api/v1/projects?x=1", body("Alloys"));
        let tampered = |method: &str, target: &str, body: &str| {
            let headers = signer.sign("POST", "/api/v1/projects?x=1", &sent);
            signer.send_with(method, target, body, &headers)
        };
        for (method, target) in [
            ("GET", target), ("POST", "/api/v1/projects?x=2"), ("POST", "/api/v1/projects"),
            ("POST", "/api/v1/projects?x=1&x=1"), ("POST", "/projects?x=1"),
        ] {
            refused(tampered(method, target, &sent), "wrong or have expired");
        }
        refused(tampered("POST", target, &body("Alloy2")), "not the one that Content-Digest describes");
        refused(tampered("POST", target, ""), "not the one that Content-Digest describes");
        let mut headers = signer.sign("POST", target, &sent);
        headers.push(("host".into(), "evil.example".into()));
        refused(signer.send_with("POST", target, &sent, &headers), "wrong or have expired");
        assert_eq!(lab.root().get("/api/v1/projects").json()["projects"], json!([]));
        tampered("POST", target, &sent).expect(201);
    }

    fn a_body_that_is_not_signed_is_refused(lab: &Lab) {
        let signer = Signer::of(lab, &lab.person("scott"));
        let (target, sent) = ("/api/v1/projects", body("Alloys"));
        let bare = || signer.sign("POST", target, "");
        let json_type = |mut headers: Headers| {
            headers.push(("content-type".into(), "application/json".into()));
            headers
        };
        refused(signer.send_with("POST", target, &sent, &json_type(bare())), "the body is not signed");
        // With a digest that is right, and not signed.
        let mut headers = json_type(bare());
        headers.push(("content-digest".into(), format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&sent)))));
        refused(signer.send_with("POST", target, &sent, &headers), "the body is not signed");
        // In chunks, without a word of its length.
        let lines: String = bare().iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let chunked = format!(
            "POST {target} HTTP/1.1\r\nhost: {}\r\n{lines}transfer-encoding: chunked\r\n\r\n{:x}\r\n{sent}\r\n0\r\n\r\n",
            signer.host(), sent.len()
        );
        refused(raw(lab.server.base_url(), chunked.as_bytes()), "the body is not signed");
        assert_eq!(lab.root().get("/api/v1/projects").json()["projects"], json!([]));
        // One that nobody reads decides nothing.
        signer.send_with("GET", target, "{}", &signer.sign("GET", target, "")).expect(200);
    }

    fn a_request_is_good_once_for_all_servers(lab: &Lab) {
        let signer = Signer::of(lab, &lab.person("scott"));
        let second = Server::start(lab.database.url());
        // The same name, as behind one proxy.
        let authority = ("@authority", "lab.example");
        let mut headers = signer.sign_these(&[("@method", "GET"), authority, ("@path", "/api/v1/projects")]);
        headers.push(("host".into(), "lab.example".into()));
        let there = Signer { id: signer.id, key: signer.key.clone(), client: second.client() };
        signer.send_with("GET", "/api/v1/projects", "", &headers).expect(200);
        refused(signer.send_with("GET", "/api/v1/projects", "", &headers), "nonce was used before");
        refused(there.send_with("GET", "/api/v1/projects", "", &headers), "nonce was used before");
        there.send("GET", "/api/v1/projects", "").expect(200);
    }

    fn a_disabled_person_signs_in_vain(lab: &Lab) {
        let signer = Signer::of(lab, &lab.person("scott"));
        lab.root().put("/api/v1/users/scott/disabled", &json!({})).expect(200);
        let status = signer.send("GET", "/api/v1/projects", "").status;
        assert!([401, 403].contains(&status), "{status}");
    }

    fn one_credential_is_enough(lab: &Lab) {
        let scott = lab.person("scott");
        let signer = Signer::of(lab, &scott);
        let headers = signer.sign("GET", "/api/v1/projects", "");
        let both = headers.iter().fold(scott.request("GET", "/api/v1/projects"), |request, (name, value)| {
            request.header(name, value)
        });
        refused(both.send(), "and not both");
        for (name, value) in &headers {
            let half = lab.anonymous().request("GET", "/api/v1/projects").header(name, value);
            refused(half.send(), "with the same label");
        }
        signer.send_with("GET", "/api/v1/projects", "", &headers).expect(200);
    }
}
