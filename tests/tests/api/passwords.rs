//! What may be a password, that all of it counts, and how much work it is to guess.

use crate::Lab;
use crate::lab::{holds, invalid, person, stored, token_of};
use omicron_tests::{Backend, Client, Server, TestDatabase, on_both};
use serde_json::json;

fn with_password(name: &str, password: &str) -> serde_json::Value {
    let mut body = person(name);
    body["password"] = json!(password);
    body
}

fn opens(client: &Client, name: &str, password: &str) -> bool {
    client.basic(name, password).get("/api/v1/projects").status == 200
}

fn fixture(backend: Backend) -> Lab {
    Lab::with(backend, &[("LOGIN_FAILURES", "0")])
}

on_both! {
    fn every_byte_of_a_password_counts(lab: &Lab) {
        let client = lab.anonymous();
        let emoji = "\u{1f9ea}".repeat(20);
        let long = "x".repeat(1024);
        let at_the_edge = "y".repeat(72);
        for (name, password) in
            [("a8", "12345678"), ("a64", &long[..64]), ("a72", &at_the_edge), ("a73", &long[..73]), ("a1024", &long), ("emoji", &emoji), ("one", "x")]
        {
            client.post("/api/v1/users", &with_password(name, password)).expect(201);
            assert!(opens(&client, name, password), "{name}");
            assert!(!opens(&client, name, &format!("{password}z")), "{name} with more");
            assert!(!opens(&client, name, &password[..password.len() - password.chars().last().unwrap().len_utf8()]), "{name} with less");
        }
        invalid(client.post("/api/v1/users", &with_password("b", &format!("{long}x"))), "/password");
        invalid(client.post("/api/v1/users", &with_password("b", "")), "/password");
        invalid(client.post("/api/v1/users", &with_password("b", "a\u{0}b")), "/password");
        // 1024 bytes, not characters.
        invalid(client.post("/api/v1/users", &with_password("b", &"\u{1f9ea}".repeat(257))), "/password");
    }
}

fn has(database: &TestDatabase, cost: &str) -> bool {
    holds(&stored(database), cost)
}

#[test]
fn an_old_hash_is_made_anew_at_a_login_and_every_credential_stays_good() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        let key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let start = |cost: &str| {
            let builder = Server::builder().database(database.url()).env("TOKEN_SECRET_KEY", key);
            builder.env("BCRYPT_COST", cost).env("LOGIN_FAILURES", "0").start()
        };
        let server = start("4");
        server.client().post("/api/v1/users", &person("ann")).expect(201);
        let token = token_of(&server.client().basic("ann", "tiger"));
        assert!(has(&database, "$2b$04$"));
        drop(server);

        let server = start("6");
        assert!(!opens(&server.client(), "ann", "wrong"));
        assert!(!has(&database, "$2b$06$"), "a wrong password changes nothing");
        // The first login may make a token at once: its proof is of the hash that is kept then.
        token_of(&server.client().basic("ann", "tiger"));
        assert!(has(&database, "$2b$06$"));
        assert!(
            opens(&server.client(), "ann", "tiger") && !opens(&server.client(), "ann", "wrong")
        );
        server.client().bearer(&token).get("/api/v1/projects").expect(200);
        drop(server);

        // Of many who are first together, each is as good as the one that is.
        let server = start("7");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| {
                    let client = server.client().basic("ann", "tiger");
                    scope.spawn(move || client.post("/api/v1/token", &json!({})).status)
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!(statuses, [201; 8]);
        drop(server);

        // Fewer are not made of more.
        let server = start("5");
        assert!(opens(&server.client(), "ann", "tiger"));
        assert!(!has(&database, "$2b$05$"));
    }
}
