//! `demo`: a lab that is made up.

use crate::support::{environment, fixture, on, run};
use omicron_tests::{Server, TestDatabase, on_both};
use serde_json::Value;

/// What follows a word of the summary.
fn told<'a>(summary: &'a str, what: &str) -> &'a str {
    let line = summary.lines().find(|line| line.trim_start().starts_with(what));
    line.unwrap().trim_start()[what.len()..].split_whitespace().next().unwrap()
}

on_both! {
    fn a_lab_is_made_up_and_can_be_visited(db: &TestDatabase) {
        let said = on(db, &["demo", "--size", "200"]);
        let progress: Vec<&str> = said.err.lines().collect();
        assert_eq!(progress.last(), Some(&"200 of 200 records"), "{said:?}");
        assert!(progress.len() <= 10 && !said.err.contains('\u{1b}'), "{said:?}");
        let summary = said.good();
        assert_eq!(told(&summary, "Records"), "200,", "{summary}");
        let server = Server::builder().database(db.url()).start();
        let demo = server.client().basic("demo", told(&summary, "Password"));
        let projects = demo.get("/api/v1/projects").expect(200).json();
        assert_eq!(projects["projects"].as_array().unwrap().len().to_string(), told(&summary, "Projects"));
        // The second example of the summary.
        let example = summary.lines().find(|line| line.contains("status=approved")).unwrap();
        let path = &example[example.find("/api/v1").unwrap()..].trim_end_matches('\'');
        let approved = demo.get(path).expect(200).json();
        let Value::Array(experiments) = &approved["experiments"] else { panic!("{approved}") };
        assert!(experiments.len() > 1);
        // Its people are there, and can't log in.
        let owner = projects["projects"][0]["owner"]["username"].as_str().unwrap();
        assert_eq!(server.client().basic(owner, "!").get("/api/v1/projects").status, 401);
    }

    fn a_lab_is_not_made_up_twice(db: &TestDatabase) {
        on(db, &["demo", "--size", "10"]).good();
        let said = on(db, &["demo"]).bad(1);
        assert!(said.contains("the database holds projects: "), "{said}");
    }

    fn a_name_that_is_taken_is_left_to_whoever_has_it(db: &TestDatabase) {
        on(db, &["user", "create", "demo", "--email", "d@example.org", "--generate"]).good();
        let said = on(db, &["demo"]).bad(1);
        assert!(said.contains("holds people"), "{said}");
        assert_eq!(on(db, &["user", "list"]).good().lines().count(), 2, "nothing was kept");
    }

    fn no_lab_is_made_up_in_production_unless_it_is_meant(db: &TestDatabase) {
        let state = ("STATE", "PROD");
        let env: Vec<_> = environment(db).into_iter().chain([state]).collect();
        let said = run(&["demo"], &env).bad(1);
        assert!(said.contains("--yes"), "{said}");
        run(&["demo", "--size", "1", "--yes"], &env).good();
    }
}

#[test]
fn a_database_is_made_and_may_get_no_records() {
    let db = TestDatabase::sqlite();
    let summary = on(&db, &["demo", "--size", "0"]).good();
    assert_eq!(told(&summary, "Records"), "0,", "{summary}");
    let said = run(&["demo"], &[("DATABASE_URL", "sqlite://")]).bad(1);
    assert!(said.contains("in memory"), "{said}");
    assert_eq!(run(&["demo", "--size", "many"], &[]).status, 1);
}
