//! HTTP itself: HEAD, OPTIONS, CORS, schemas, static files, the server's own pages.

use crate::lab::{person, problem, text};
use crate::{Lab, fixture};
use omicron_tests::raw;
use omicron_tests::{Backend, on_both};
use serde_json::json;
use std::fs;

on_both! {
    fn the_server_says_hello(lab: &Lab) {
        for path in ["/", "/index"] {
            let body = lab.anonymous().get(path).expect(200).json();
            assert_eq!(body["message"], "Hello World!");
            for field in ["version", "documentation", "source_repository"] {
                assert!(!text(&body[field]).is_empty());
            }
            let plain = lab.anonymous().request("GET", path).header("accept", "text/plain").send();
            assert_eq!(plain.expect(200).text(), "Hello World!");
        }
    }

    fn head_is_get_without_its_body(lab: &Lab) {
        for path in ["/", "/api/v1/users", "/api/v1/users/root", "/api/v1/schemas/new-user", "/openapi.json"] {
            let (get, head) = (lab.root().get(path).expect(200), lab.root().head(path).expect(200));
            assert!(head.body.is_empty());
            for name in ["content-length", "content-type", "etag", "count", "link"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {path}");
            }
        }
        assert_eq!(lab.anonymous().head("/api/v1/users").status, 401);
    }

    fn options_tell_schema_and_methods_without_credentials(lab: &Lab) {
        for (path, schema) in [
            ("/api/v1/users", "new-user"), ("/users", "new-user"), ("/api/v1/projects", "new-project"),
            ("/api/v1/token", "revoke-token"), ("/api/v1/projects/1", "change-project"),
        ] {
            let options = lab.anonymous().options(path).expect(200);
            assert!(options.header("allow").unwrap().contains("OPTIONS"));
            let served = lab.anonymous().get(&format!("/api/v1/schemas/{schema}")).expect(200);
            assert_eq!(options.json(), served.json());
            let asked = lab.anonymous().get(&format!("{path}?schema=true")).expect(200);
            assert_eq!(asked.json(), served.json());
        }
        lab.anonymous().options("/healthz").expect(204);
        problem(lab.anonymous().options("/nothing"), 404);
        problem(lab.anonymous().get("/api/v1/schemas/nothing"), 404);
        let post = lab.anonymous().post("/api/v1/users?schema=true", &person("ann")).expect(200);
        assert_eq!(post.json()["$id"], "new-user");
        assert_eq!(lab.root().get("/api/v1/users?schema=false").header("count"), Some("1"));
        let list = lab.anonymous().get("/api/v1/schemas").expect(200).json();
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas")).unwrap();
        assert_eq!(list["schemas"].as_array().unwrap().len(), files.count());
    }

    fn any_page_may_call_but_without_cookies(lab: &Lab) {
        let preflight = lab.anonymous().request("OPTIONS", "/api/v1/projects")
            .header("origin", "https://lab.example").header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type, x-requested-with").send().expect(200);
        assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
        assert_eq!(preflight.header("access-control-allow-credentials"), None);
        let allowed = preflight.header("access-control-allow-headers").unwrap().to_lowercase();
        assert!(["authorization", "content-type", "x-requested-with", "signature-input"].iter().all(|name| allowed.contains(name)));
        let call = lab.root().request("GET", "/api/v1/projects").header("origin", "null").send().expect(200);
        let exposed = call.header("access-control-expose-headers").unwrap().to_lowercase();
        for name in ["page", "items_per_page", "count", "link", "etag", "location", "idempotency-replayed", "request-id"] {
            assert!(exposed.split(", ").any(|exposed| exposed.trim() == name), "{name}: {exposed}");
        }
    }

    fn an_answer_is_taken_for_nothing_but_what_it_says_it_is(lab: &Lab) {
        for path in ["/", "/api/v1/projects", "/nothing", "/api/v1/schemas/new-user", "/openapi.json"] {
            let answer = lab.root().get(path);
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        }
        assert_eq!(lab.anonymous().get("/docs/").header("x-content-type-options"), Some("nosniff"));
        let made = lab.root().post("/api/v1/tokens", &json!({})).expect(201);
        assert_eq!(made.header("cache-control"), Some("no-store"));
    }

    fn the_server_tells_how_it_is(lab: &Lab) {
        for path in ["/healthz", "/readyz"] {
            assert_eq!(lab.anonymous().get(path).expect(200).json()["status"], "ok");
        }
        lab.root().get("/api/v1/projects/nothing");
        let figures = lab.anonymous().get("/metrics").expect(200).text().to_owned();
        assert!(figures.contains("http_requests_total{"), "{figures}");
        assert!(figures.contains(r#"route="/api/v1/projects/{project_name_or_id}",status="404""#), "{figures}");
        let page = lab.anonymous().get("/docs/").expect(200).text().to_owned();
        assert!(page.contains("swagger-ui") && !page.contains("//cdn"), "{page}");
        let document = lab.anonymous().get("/openapi.json").expect(200).json();
        assert!(text(&document["openapi"]).starts_with("3.1"));
    }
}

#[test]
fn static_files_have_type_tag_and_ranges_and_nothing_else_is_served() {
    let lab = fixture(Backend::Sqlite);
    let folder = lab.server.base_directory().join("static");
    fs::create_dir_all(folder.join("css")).unwrap();
    fs::write(folder.join("css/lab.css"), "body { color: teal }").unwrap();
    fs::write(lab.server.base_directory().join("secret"), "do not read").unwrap();
    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".git/config"), "do not read").unwrap();
    let get = |path: &str| lab.anonymous().get(path);
    let file = get("/static/css/lab.css").expect(200);
    assert!(file.header("content-type").unwrap().starts_with("text/css"));
    let tag = file.header("etag").unwrap();
    let with = |name: &str, value: &str| {
        lab.anonymous().request("GET", "/static/css/lab.css").header(name, value).send()
    };
    with("if-none-match", tag).expect(304);
    let part = with("range", "bytes=0-3").expect(206);
    assert_eq!((part.text(), part.header("content-range")), ("body", Some("bytes 0-3/20")));
    problem(with("range", "bytes=100-200"), 416);
    for path in [
        "css",
        "",
        "css/",
        "nothing",
        ".git/config",
        "css/../.git/config",
        "../secret",
        "..%2fsecret",
        "%2e%2e/secret",
        "%2e%2e%2fsecret",
        "css/../../secret",
        "css/%2e%2e/%2e%2e/secret",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%5csecret",
        "..%255c..%255csecret",
        "%252e%252e%252fsecret",
        "css%00",
        "....//secret",
        "..;/secret",
        "%c0%ae%c0%ae/secret",
    ] {
        let request =
            format!("GET /static/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(lab.server.base_url(), request.as_bytes());
        assert!([400, 404].contains(&answer.status), "{path}: {answer}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(lab.server.base_directory().join("secret"), folder.join("link"))
            .unwrap();
        problem(get("/static/link"), 404);
    }
}

#[test]
fn in_production_only_listed_pages_may_call() {
    let lab = Lab::with(
        Backend::Sqlite,
        &[
            ("STATE", "PROD"),
            ("BCRYPT_COST", "10"),
            ("ALLOWED_ORIGINS", "https://lab.example, https://other.example"),
        ],
    );
    let origin = |origin: &str| {
        let call = lab.anonymous().request("GET", "/").header("origin", origin).send();
        call.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin("https://lab.example").as_deref(), Some("https://lab.example"));
    for stranger in
        ["https://lab.example.evil.example", "https://evil.example", "null", "http://lab.example"]
    {
        assert_eq!(origin(stranger), None, "{stranger}");
    }
}

#[test]
fn in_production_pages_of_other_sites_change_nothing() {
    let lab = Lab::with(
        Backend::Sqlite,
        &[("STATE", "PROD"), ("BCRYPT_COST", "10"), ("ALLOWED_ORIGINS", "https://lab.example")],
    );
    let own = lab.server.base_url().to_owned();
    let post = |origin: &str, path: &str| {
        // As a browser sends it that remembers the password: no preflight, and no content type.
        lab.root().request("POST", path).header("origin", origin).send()
    };
    for origin in ["https://lab.example", &own] {
        post(origin, "/api/v1/token").expect(201);
    }
    for origin in ["https://evil.example", "null", "https://lab.example.evil.example", ""] {
        let said = problem(post(origin, "/api/v1/token"), 403);
        assert!(text(&said["detail"]).contains("ALLOWED_ORIGINS"), "{said}");
        problem(post(origin, "/api/v1/users/root/approval"), 403);
        lab.root().request("GET", "/api/v1/users").header("origin", origin).send().expect(200);
    }
    assert_eq!(lab.root().get("/api/v1/tokens").json()["tokens"].as_array().unwrap().len(), 2);
}
