//! A server with a database of its own, and people to call it.

use omicron_tests::{Answer, Client};
use omicron_tests::{Backend, Cluster, ROOT_PASSWORD, Server, TestDatabase};
use serde_json::{Value, json};
use std::process::Command;

/// The password of everyone but the administrator.
pub const PASSWORD: &str = "tiger";

/// A server with a database of its own.
pub struct Lab {
    pub server: Server,
    pub database: TestDatabase,
}

pub fn fixture(backend: Backend) -> Lab {
    Lab::with(backend, &[])
}

impl Lab {
    /// A server with these variables.
    pub fn with(backend: Backend, environment: &[(&str, &str)]) -> Self {
        let database = TestDatabase::empty(backend);
        let builder = Server::builder().database(database.url());
        let builder =
            environment.iter().fold(builder, |builder, (name, value)| builder.env(name, value));
        Self { server: builder.start(), database }
    }

    pub fn anonymous(&self) -> Client {
        self.server.client()
    }

    pub fn root(&self) -> Client {
        self.anonymous().basic("root", ROOT_PASSWORD)
    }

    /// Registers someone, who then calls with their password.
    pub fn person(&self, name: &str) -> Client {
        self.anonymous().post("/api/v1/users", &person(name)).expect(201);
        self.anonymous().basic(name, PASSWORD)
    }

    /// Whether this comes to stand in the server's log, which is read as it is written.
    pub fn logs(&self, text: &str) -> bool {
        let seen = |_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            self.server.log().contains(text)
        };
        (0..100).any(seen)
    }
}

/// A new token of someone who calls with a password.
pub fn token_of(client: &Client) -> String {
    text(&client.post("/api/v1/token", &json!({})).expect(201).json()["token"])
}

pub fn person(name: &str) -> Value {
    json!({"username": name, "password": PASSWORD, "email": format!("{name}@example.org")})
}

pub fn project(name: &str) -> Value {
    json!({"name": name, "description": "about something"})
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// Checks that an answer is a problem, complete and of this status.
#[track_caller]
pub fn problem(answer: Answer, status: u16) -> Value {
    let answer = answer.expect(status);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer}");
    let body = answer.json();
    assert_eq!(body["status"], status, "{body}");
    for field in ["type", "title", "detail", "instance"] {
        assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {body}");
    }
    assert_eq!(body["message"], body["detail"]);
    let id = answer.header("request-id").unwrap();
    assert!(text(&body["instance"]).ends_with(id), "{body}");
    body
}

/// Checks that an answer is a failed validation of this part of the request.
#[track_caller]
pub fn invalid(answer: Answer, pointer: &str) -> Value {
    let body = problem(answer, 400);
    assert_eq!(body["errors"][0]["pointer"], pointer, "{body}");
    body
}

/// All that the database holds.
pub fn stored(database: &TestDatabase) -> Vec<u8> {
    let Some(file) = database.url().strip_prefix("sqlite:///") else {
        let mut dump = Command::new(Cluster::shared().bin("pg_dump"));
        return dump.arg("--dbname").arg(database.url()).output().unwrap().stdout;
    };
    let read = |suffix| std::fs::read(format!("{file}{suffix}")).unwrap_or_default();
    [read(""), read("-wal")].concat()
}

/// Whether a text is in there, as it is or in the hexadecimal digits of a dump.
pub fn holds(stored: &[u8], text: &str) -> bool {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
    let hex: String = text.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    [text, &hex].iter().any(|text| stored.windows(text.len()).any(|part| part == text.as_bytes()))
}
