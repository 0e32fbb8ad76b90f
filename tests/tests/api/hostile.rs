//! What someone tries who means harm, on every route of the document.

use crate::lab::{PASSWORD, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Backend, Client, on_both};
use serde_json::{Map, Value, json};

/// A route of the document, with the schema of its body.
struct Route {
    method: String,
    path: String,
    schema: Option<Value>,
}

fn routes(lab: &Lab) -> Vec<Route> {
    let document = lab.anonymous().get("/openapi.json").expect(200).json();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    });
    let route = |(path, method, operation): (&String, &String, &Value)| {
        let content = &operation["requestBody"]["content"];
        let name = content["application/json"]["schema"]["$ref"].as_str();
        let name = name.and_then(|name| name.rsplit('/').next());
        let schema = name.map(|name| document["components"]["schemas"][name].clone());
        Route { method: method.to_uppercase(), path: path.clone(), schema }
    };
    operations.map(route).collect()
}

impl Route {
    /// The first example of the body.
    fn example(&self) -> Option<Value> {
        Some(self.schema.as_ref()?["examples"][0].clone())
    }

    fn send(&self, client: &Client, path: &str, body: Option<&Value>) -> Answer {
        let request = client.request(&self.method, path);
        match body {
            Some(body) => request.json(body).send(),
            None => request.send(),
        }
    }

    /// Its address, with these in the places of its parameters.
    fn at(&self, project: &str, user: &str, token: &str) -> String {
        self.path
            .replace("{project_name_or_id}", project)
            .replace("{username_or_id}", user)
            .replace("{token_id}", token)
            .replace("{name}", "new-user")
            .replace("{path}", "nothing")
    }

    fn is_about_a_project(&self) -> bool {
        self.path.contains("{project_name_or_id}")
    }
}

/// All that an answer says but when, and to which request.
fn said(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(body) = body.as_object_mut() {
        body.remove("instance");
    }
    let mut names: Vec<String> = answer.headers.iter().map(|(name, _)| name.to_string()).collect();
    names.retain(|name| name != "connection"); // closed or not, by how the body arrived
    names.sort_unstable();
    (answer.status, body, names)
}

on_both! {
    fn the_id_of_a_project_that_one_does_not_see_is_as_good_as_none(lab: &Lab) {
        let (ann, eve) = (lab.person("ann"), lab.person("eve"));
        let hidden = ann.post("/api/v1/projects", &project("Secret")).expect(201).json()["id"].to_string();
        ann.post("/api/v1/projects/Secret/service-accounts", &json!({"username": "probe"})).expect(201);
        let token = ann.post("/api/v1/tokens", &json!({})).expect(201).json()["id"].to_string();
        let reader = eve.post("/api/v1/tokens", &json!({"scopes": ["read"]})).expect(201).json();
        let reader = lab.anonymous().bearer(&text(&reader["token"]));
        let routes = routes(lab);
        let mut tried = 0;
        for route in &routes {
            let about = if route.is_about_a_project() {
                [&*hidden, "Secret"].map(|it| (route.at(it, "probe", "0"), route.at("999999", "probe", "0"))).to_vec()
            } else if route.path.contains("{token_id}") {
                vec![(route.at("", "", &token), route.at("", "", "999999"))]
            } else {
                continue;
            };
            for (there, nowhere) in about {
                for client in [&eve, &reader] {
                    let body = route.example();
                    let [there, nowhere] = [&there, &nowhere].map(|path| said(&route.send(client, path, body.as_ref())));
                    assert_eq!(there, nowhere, "{} {}", route.method, route.path);
                    assert!([403, 404].contains(&there.0), "{} {}: {there:?}", route.method, route.path);
                    tried += 1;
                }
            }
        }
        assert!(tried > 40, "{tried}");
        assert_eq!(ann.get("/api/v1/projects/Secret").expect(200).json()["members"].as_array().unwrap().len(), 1);
    }

    fn what_is_not_for_the_client_to_say_is_not_listened_to(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let mut extra = Map::new();
        for (name, value) in [
            ("id", json!(1)), ("administrator", json!(true)), ("is_admin", json!(true)), ("approved", json!(true)),
            ("status", json!("active")), ("password_hash", json!("$2b$04$x")), ("service_account", json!(true)),
            ("date_created", json!("1970-01-01T00:00:00Z")), ("owner_id", json!(1)), ("user_id", json!(1)),
        ] {
            extra.insert(name.to_owned(), value);
        }
        for route in routes(lab).iter().filter(|route| route.schema.is_some()) {
            let mut body = route.example().unwrap();
            body.as_object_mut().unwrap().extend(extra.clone());
            let answer = route.send(&ann, &route.at("Alloys", "ann", "0"), Some(&body));
            // The bodies of the old server ignore what they do not know; the others refuse it. So does
            // /token as soon as a body names what it knows.
            if answer.status != 400 && route.path != "/api/v1/token" {
                assert!(route.schema.as_ref().unwrap().get("additionalProperties").is_none(), "{} {}", route.method, route.path);
            }
        }
        let users = lab.root().get("/api/v1/users").expect(200).json();
        for user in users["users"].as_array().unwrap() {
            assert_eq!(user["administrator"], user["username"] == "root", "{user}");
            assert_eq!(user["service_account"], false, "{user}");
            assert!(text(&user["date_created"]).starts_with("20"), "{user}");
        }
    }

    fn no_answer_holds_what_is_kept_secret(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        ann.post("/api/v1/projects/Alloys/service-accounts", &json!({"username": "probe"})).expect(201);
        ann.post("/api/v1/tokens", &json!({})).expect(201);
        for route in routes(lab).iter().filter(|route| route.method == "GET") {
            for client in [&ann, &lab.root()] {
                let probe = if route.path.ends_with("/tokens") { "probe" } else { "ann" };
                let answer = client.get(&route.at("Alloys", probe, "0"));
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                for secret in ["$2b$", "password_hash", "token_hash", "signing_key\":", "code_hash", PASSWORD] {
                    // The documents name fields, and give examples.
                    let document = route.path.contains("schemas");
                    assert!(document || !body.contains(secret), "{}: {secret}", route.path);
                }
            }
        }
    }

    fn json_at_its_edges_is_read_exactly_or_refused(lab: &Lab) {
        let ann = lab.person("ann");
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let wide: String = (0..60_000).map(|key| format!("\"{key}\":0,")).collect();
        let with = |value: &str| format!(r#"{{"name":"a","description":"","x":{value}}}"#);
        let post = |body: &str| {
            let request = ann.request("POST", "/api/v1/projects").header("content-type", "application/json");
            request.body(body.as_bytes().to_vec()).send()
        };
        // Unknown fields of this body are ignored, but they must be JSON, and not beyond measure.
        for (number, value) in [nested(100), "-0".into(), "1e30".into(), u64::MAX.to_string(), "0.1".into(), r#""\ud83e\uddea""#.into(), format!("{{{wide}\"y\":0}}")].iter().enumerate() {
            let body = with(value).replace("\"a\"", &format!("\"a {number}\""));
            post(&body).expect(201);
        }
        for value in [&*nested(128), &nested(10_000), "NaN", "Infinity", "1e400", "-1e400", &"1".repeat(30), "18446744073709551616", "-9223372036854775809", "01", "1.", "'x'", r#""\ud800""#, r#""\udead x""#, "\"a\tb\"", "{\"k\":1,\"k\":2}", "1,\"name\":\"b\"", "// no\n1", "\u{feff}1", ""] {
            problem(post(&with(value)), 400);
        }
        problem(post("[1]"), 400);
        problem(post("null"), 400);
        problem(post("\"name\""), 400);
        let large = with(&format!("\"{}\"", "x".repeat(1024 * 1024)));
        problem(post(&large), 413);
        for number in ["1", "1.0", "1e0", "true", "null", "[]"] {
            problem(post(&format!(r#"{{"name":{number},"description":""}}"#)), 400);
        }
    }
}

/// Texts that some program somewhere stumbles over.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("nul", "a\\u0000b".into()),
        ("lone surrogate", "\\ud800".into()),
        ("swapped surrogates", "\\udead\\ud83e".into()),
        ("direction", "a\\u202eb".into()),
        ("four bytes", "\u{1f9ea}".into()),
        ("composed", "\u{c9}cole".into()),
        ("decomposed", "E\u{301}cole".into()),
        ("line", "a\\r\\nSet-Cookie: x=1".into()),
        ("quote", "x' OR '1'='1".into()),
        ("statement", "x\\\"; DROP TABLE users; --".into()),
        ("pattern", "%_\\\\*".into()),
        ("search", "NEAR(x) AND *".into()),
        ("markup", "<script>alert(1)</script>".into()),
        ("path", "../../etc/passwd".into()),
        ("large", "x".repeat(900_000)),
    ]
}

/// What each text in each field of each body is answered with.
fn tried_in_bodies(backend: Backend) -> Vec<(String, u16)> {
    let lab = fixture(backend);
    let mut answers = Vec::new();
    let routes = routes(&lab);
    for (number, route) in routes.iter().enumerate() {
        let Some(schema) = &route.schema else { continue };
        let fields = schema["properties"].as_object().unwrap();
        for (field, _) in fields.iter().filter(|(_, field)| field["type"] == "string") {
            for (place, (kind, value)) in texts().into_iter().enumerate() {
                // Someone and something for each, so that none meets what another one left.
                let id = format!("{number}{}{place}", &field[..2]);
                let owner = lab.person(&format!("o{id}"));
                owner.post("/api/v1/projects", &project(&format!("p{id}"))).expect(201);
                let mut body = route.example().unwrap();
                body[field] = json!("@@");
                let body = body.to_string().replace("\"@@\"", &format!("\"{value}\""));
                let path = route.at(&format!("p{id}"), &format!("o{id}"), "0");
                let request =
                    owner.request(&route.method, &path).header("content-type", "application/json");
                let answer = request.body(body.into_bytes()).send();
                let what = format!("{} {} {field}: {kind}", route.method, route.path);
                assert!(answer.status < 500, "{what}: {answer}");
                assert!(answer.header("set-cookie").is_none(), "{what}: {answer}");
                if matches!(kind, "nul" | "lone surrogate" | "swapped surrogates") {
                    assert_eq!(answer.status, 400, "{what}: {answer}");
                }
                answers.push((what, answer.status));
            }
        }
    }
    let users = lab.root().get("/api/v1/users?items_per_page=1000").expect(200);
    assert!(users.header("count").unwrap().parse::<usize>().unwrap() > answers.len() / 2);
    answers
}

#[test]
fn any_text_in_any_field_is_taken_or_refused_alike_on_both_databases() {
    let postgres = std::thread::spawn(|| tried_in_bodies(Backend::Postgres));
    let sqlite = tried_in_bodies(Backend::Sqlite);
    let postgres = postgres.join().unwrap();
    assert!(sqlite.len() > 200, "{}", sqlite.len());
    for (one, other) in sqlite.iter().zip(&postgres) {
        assert_eq!(one, other);
    }
}

on_both! {
    fn any_text_in_any_address_is_a_text_and_nothing_more(lab: &Lab) {
        let root = lab.root();
        lab.person("ann");
        let hostile = [
            "%27%20OR%20%271%27=%271", "1%20OR%201=1", "%22;%20DROP%20TABLE%20users;%20--", "1;SELECT%20pg_sleep(5)",
            "%25", "_", "%5c", "*", "NEAR(x)", "%00", "%0d%0aSet-Cookie:%20x=1", "%e2%80%ae", "%f0%9f%a7%aa", "%c3%28", "%ff",
            "..%2f..%2fetc%2fpasswd", "-1", "9223372036854775808", "1e3", "0x10", "%3Cscript%3E", "a%2fb",
        ];
        let queries = ["page", "items_per_page", "cursor", "limit", "contains", "starts_with", "ends_with", "status", "archived", "username", "expiration", "user", "action", "resource", "schema"];
        let unhurt = |answer: &Answer, what: &str| {
            assert!(answer.status < 500, "{what}: {answer}");
            assert!(answer.header("set-cookie").is_none(), "{what}: {answer}");
            assert!(!answer.headers.iter().any(|(_, value)| value.as_bytes().contains(&b'<') && value.as_bytes().windows(8).any(|part| part == b"<script>")), "{what}");
        };
        for route in routes(lab) {
            for text in hostile {
                if route.path.contains('{') && !(route.method == "DELETE" && route.path == "/api/v1/users/{username_or_id}") {
                    unhurt(&route.send(&root, &route.at(text, text, text), route.example().as_ref()), &format!("{} {} {text}", route.method, route.path));
                }
                if route.method == "GET" {
                    for query in queries {
                        let path = format!("{}?{query}={text}", route.at("1", "root", "0"));
                        unhurt(&root.get(&path), &path);
                    }
                }
            }
        }
        let all = root.get("/api/v1/users").expect(200);
        assert_eq!(all.header("count"), Some("2"), "nobody is gone, and nobody came");
    }
}
