//! Starting, being well, and coming to an end.

use crate::support::{on, run, wait_until};
use omicron_tests::{Backend, Server, TestDatabase};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn sigterm_and_sigint_end_the_server_with_status_0() {
    for name in ["TERM", "INT"] {
        let mut server = Server::builder().start();
        assert_eq!(server.client().get("/healthz").status, 200);
        // Once: a second signal would end it at once.
        server.signal(name);
        let asked = Instant::now();
        while server.is_running() {
            assert!(asked.elapsed() < Duration::from_secs(35), "{}", server.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        let status = server.terminate();
        assert_eq!(status.code(), Some(0), "{}", server.log());
        assert!(server.log().trim_end().ends_with("stopped"), "{}", server.log());
    }
}

#[test]
fn a_second_server_is_told_where_it_can_go() {
    let first = Server::builder().start();
    let port = first.base_url().rsplit(':').next().unwrap();
    let told = run(&["--port", port], &[]).bad(1);
    assert!(told.contains(&format!("127.0.0.1:{port} can't be listened on")), "{told}");
    assert!(told.contains("--port"), "{told}");
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    let server = Server::builder().env("IP_ADDRESS", "::1").start();
    assert!(server.base_url().starts_with("http://[::1]:"), "{}", server.base_url());
    assert_eq!(server.client().get("/healthz").status, 200);
}

#[test]
fn healthcheck_tells_by_its_status() {
    let mut server = Server::builder().start();
    let port = server.base_url().rsplit(':').next().unwrap().to_owned();
    let env = [("PORT", port.as_str()), ("IP_ADDRESS", "0.0.0.0")];
    assert_eq!(run(&["healthcheck"], &env).status, 0);
    server.terminate();
    assert!(run(&["healthcheck"], &env).bad(1).contains("not healthy"));
}

/// With this cost a hash would take a minute, for which the kit does not wait.
#[test]
fn an_existing_database_is_served_without_a_password_being_hashed_before() {
    let mut first = Server::builder().start();
    first.kill();
    let folder = first.base_directory();
    let again = Server::builder().base_directory(folder).env("BCRYPT_COST", "20").start();
    assert_eq!(again.client().get("/healthz").status, 200);
}

#[test]
fn a_postgres_database_is_brought_up_to_date_only_if_that_is_asked_for() {
    let db = TestDatabase::empty(Backend::Postgres);
    let told = on(&db, &["--port=0"]).bad(78);
    assert!(
        told.contains("version none") && told.contains("`omicron-server db upgrade`"),
        "{told}"
    );
    let server = Server::builder().database(db.url()).env("AUTO_MIGRATE", "true").start();
    assert_eq!(server.client().get("/readyz").status, 200);
    drop(server);
    let server = Server::builder().database(db.url()).without_env("AUTO_MIGRATE").start();
    assert_eq!(server.client().get("/readyz").status, 200);
}

#[test]
fn no_one_serves_a_database_of_a_newer_program() {
    let db = TestDatabase::empty(Backend::Postgres);
    on(&db, &["db", "create"]).good();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    omicron_tests::Cluster::shared().psql(db.url(), newer);
    for args in [&["--port=0"][..], &["--port=0", "--auto-migrate"]] {
        let told = on(&db, args).bad(78);
        assert!(told.contains("29990101000001") && told.contains("newer omicron-server"), "{told}");
    }
    assert!(on(&db, &["db", "version"]).good().contains("of a newer program: 29990101000001"));
}

#[test]
fn a_request_that_is_being_answered_is_not_cut_off() {
    let mut server = Server::builder().env("BCRYPT_COST", "14").start();
    let body =
        r#"{"username": "ann", "email": "ann@example.org", "password": "tiger in the tank"}"#;
    let requests = format!(
        "GET /healthz HTTP/1.1\r\nhost: lab\r\n\r\n\
        POST /api/v1/users HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let address = server.base_url().trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(requests.as_bytes()).unwrap();
    // Once the first is answered, the second has arrived as well. A password takes a second or more
    // at this cost.
    let mut first = [0; 4096];
    let length = connection.read(&mut first).unwrap();
    assert!(first[..length].starts_with(b"HTTP/1.1 200 "));
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.terminate().code(), Some(0));
    let mut second = String::new();
    connection.read_to_string(&mut second).unwrap();
    assert!(second.contains("HTTP/1.1 201 "), "{second}");
    wait_until("the log is complete", || server.log().contains("stopped"));
}
