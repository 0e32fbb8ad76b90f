//! The client: what it sends is what was asked for.

use crate::stand_in::echo;
use omicron_tests::{Client, raw};
use serde_json::json;
use std::panic::catch_unwind;

#[test]
fn paths_are_sent_verbatim() {
    let server = echo().start();
    for path in [
        "/a/../b",
        "/static/..%2f..%2Fetc/passwd",
        "/%C3%A9?x=%25&y=a+b",
        "//x",
        "/a/./b/",
        "/?a={b}|c",
    ] {
        let sent = server.client().get(path);
        assert!(sent.text().starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{sent}");
    }
}

#[test]
fn a_path_that_cannot_be_sent_verbatim_is_refused() {
    let sent = catch_unwind(|| Client::new("http://127.0.0.1:9").get("/a#fragment")).unwrap_err();
    let message = sent.downcast_ref::<String>().unwrap();
    assert!(message.contains("see `raw`"), "{message}");
}

#[test]
fn credentials_are_carried() {
    let server = echo().start();
    let client = server.client().basic("ann", "open:sesame");
    assert!(client.get("/").text().contains("authorization: Basic YW5uOm9wZW46c2VzYW1l\r\n"));
    assert!(client.bearer("abc").get("/").text().contains("authorization: Bearer abc\r\n"));
    assert!(client.authorization("Odd x").get("/").text().contains("authorization: Odd x\r\n"));
    assert!(!client.anonymous().get("/").text().contains("authorization"));
}

#[test]
fn any_method_may_have_a_body() {
    let server = echo().start();
    let (client, body) = (server.client(), json!({"a": [1]}));
    let answers = [client.post("/", &body), client.put("/", &body), client.delete_json("/", &body)];
    for sent in answers.into_iter().chain([client.request("GET", "/").json(&body).send()]) {
        let text = sent.text();
        assert!(
            text.ends_with("\r\n\r\n{\"a\":[1]}")
                && text.contains("content-type: application/json\r\n"),
            "{text}"
        );
        assert!(text.contains("content-length: 9\r\n"), "{text}");
    }
    let patched = client.patch("/", &body, &[("if-match", "\"1\"")]);
    let text = patched.text();
    assert!(
        text.contains("if-match: \"1\"\r\n")
            && text.contains("content-type: application/merge-patch+json\r\n")
    );
    assert!(client.delete("/").text().ends_with("\r\n\r\n"));
    let empty = client.request("POST", "/").header("content-type", "application/json").send();
    assert!(empty.text().ends_with("\r\n\r\n"), "{empty}");
    let odd = client.request("PURGE", "/").body(vec![b'x'; 3]).send();
    assert!(odd.text().starts_with("PURGE / ") && odd.text().ends_with("xxx"), "{odd}");
    assert!(client.head("/").body.is_empty());
}

#[test]
fn an_answer_of_any_status_is_an_answer() {
    let server = echo().start();
    let answer = server.client().get("/chunked").expect(418);
    assert_eq!(answer.header("X-Twice"), Some("a"));
    assert_eq!(answer.headers_named("x-twice"), ["a", "b"]);
    let panic = catch_unwind(|| drop(answer.expect(200))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    for expected in ["expected 200", "/chunked answered 418", "GET /chunked HTTP/1.1"] {
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn raw_bytes_are_sent_as_they_are() {
    let server = echo().start();
    for path in ["/chunked", "/plain"] {
        let request = format!("GET {path}|\"<> HTTP/1.1\r\nNo-Colon\r\n\r\n");
        let answer = raw(server.base_url(), request.as_bytes()).expect(418);
        assert_eq!(answer.text(), request);
        assert_eq!(answer.headers_named("x-twice"), ["a", "b"]);
    }
}
