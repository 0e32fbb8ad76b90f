//! Bad input of every kind, and what it is told.

use crate::lab::{invalid, problem};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use omicron_tests::raw;
use serde_json::json;

on_both! {
    fn bodies_that_are_no_json_are_refused(lab: &Lab) {
        let root = lab.root();
        let post = |kind: &str, body: &[u8]| {
            root.request("POST", "/api/v1/projects").header("content-type", kind).body(body.to_vec()).send()
        };
        for body in [&b"{"[..], b"", b"nonsense", b"{\"name\": \"a\", \"name\": \"b\"}", b"\xff\xfe", b"[1e999]",
                     b"{\"name\": \"\\ud800\", \"description\": \"\"}"] {
            problem(post("application/json", body), 400);
        }
        problem(post("application/json", "[".repeat(10_000).as_bytes()), 400);
        invalid(post("application/json", b"[]"), "");
        problem(post("text/plain", b"{}"), 415);
        problem(post("application/x-www-form-urlencoded", b"name=a"), 415);
        invalid(post("application/vnd.lab+json; charset=utf-8", b"{}"), "/description");
        invalid(post("APPLICATION/JSON", b"{}"), "/description");
    }

    fn a_body_beyond_the_limit_is_refused_unread(lab: &Lab) {
        let root = lab.root();
        let large = vec![b' '; 1024 * 1024 + 1];
        let post = root.request("POST", "/api/v1/projects").header("content-type", "application/json");
        problem(post.body(large).send(), 413);
        let announced = raw(lab.server.base_url(), b"POST /api/v1/users HTTP/1.1\r\nHost: x\r\n\
            Content-Type: application/json\r\nContent-Length: 10737418240\r\nConnection: close\r\n\r\n");
        problem(announced, 413);
    }

    fn who_may_not_call_is_told_so_before_the_body_is_read(lab: &Lab) {
        let bad = |client: omicron_tests::Client| {
            client.request("POST", "/api/v1/projects").header("content-type", "text/plain").body(b"x".to_vec()).send()
        };
        problem(bad(lab.anonymous()), 401);
        problem(bad(lab.root()), 415);
    }

    fn an_unknown_address_is_404_and_a_wrong_method_405_with_allow(lab: &Lab) {
        let root = lab.root();
        for path in ["/nothing", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/users", "/api/v1/users/", "//"] {
            problem(root.get(path), 404);
        }
        for (method, path, allow) in [
            ("PUT", "/api/v1/users", "GET, POST, HEAD, OPTIONS"),
            ("DELETE", "/users", "GET, POST, HEAD, OPTIONS"),
            ("POST", "/api/v1/projects/1", "DELETE, GET, PATCH, HEAD, OPTIONS"),
            ("GET", "/api/v1/token", "DELETE, POST, OPTIONS"),
            ("POST", "/", "GET, HEAD, OPTIONS"),
            ("TRACE", "/healthz", "GET, HEAD, OPTIONS"),
        ] {
            let answer = root.request(method, path).send();
            let mut named: Vec<_> = answer.header("allow").unwrap_or_else(|| panic!("{path}: {answer}")).split(", ").collect();
            let mut expected: Vec<_> = allow.split(", ").collect();
            named.sort_unstable();
            expected.sort_unstable();
            assert_eq!(named, expected, "{method} {path}");
            problem(answer, 405);
        }
    }

    fn a_body_where_none_is_named_is_no_matter(lab: &Lab) {
        let root = lab.root();
        for (method, path, status) in [("GET", "/api/v1/projects", 200), ("POST", "/api/v1/token", 201), ("GET", "/", 200)] {
            for body in ["", "nonsense", "{}"] {
                let request = root.request(method, path).header("content-type", "application/json");
                request.body(body.as_bytes().to_vec()).send().expect(status);
            }
        }
    }

    fn a_request_id_is_kept_if_it_is_valid(lab: &Lab) {
        let with_id = |id: &str| {
            let answer = lab.root().request("GET", "/api/v1/projects").header("request-id", id).send();
            answer.expect(200).header("request-id").unwrap().to_owned()
        };
        assert_eq!(with_id("lab-7:42"), "lab-7:42");
        assert!(lab.logs("lab-7:42"), "{}", lab.server.log());
        for id in ["two words", &"x".repeat(129), "<script>"] {
            let given = with_id(id);
            assert_eq!((given.len(), given == id), (36, false), "{given}");
        }
    }

    fn a_query_that_can_not_be_read_is_refused(lab: &Lab) {
        problem(lab.root().get("/api/v1/users?page=1&page=2"), 400);
        lab.root().get("/api/v1/users?unknown=1").expect(200);
        let bad = json!({"name": "a", "description": "b"});
        invalid(lab.root().post("/api/v1/projects?schema=maybe", &bad), "/schema");
    }
}
