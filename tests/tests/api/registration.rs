//! Who may become a user, and who decides.

use crate::lab::{PASSWORD, invalid, person, problem, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Backend, ROOT_PASSWORD, on_both};
use serde_json::json;

on_both! {
    fn an_administrator_switches_people_off_and_on(lab: &Lab) {
        let ann = lab.person("ann");
        let token = lab.anonymous().bearer(&token_of(&ann));
        problem(ann.put("/api/v1/users/ann/disabled", &json!({})), 403);
        let off = lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200).json();
        assert_eq!(off["status"], "disabled");
        problem(ann.get("/api/v1/projects"), 403);
        problem(token.get("/api/v1/projects"), 401);
        problem(lab.anonymous().basic("ann", "wrong").get("/api/v1/projects"), 401);
        lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200);
        let on = lab.root().delete("/api/v1/users/ann/disabled").expect(200).json();
        assert_eq!(on["status"], "active");
        ann.get("/api/v1/projects").expect(200);
        problem(token.get("/api/v1/projects"), 401);
        problem(lab.root().put("/api/v1/users/nobody/disabled", &json!({})), 404);
    }

    fn the_last_administrator_stays(lab: &Lab) {
        problem(lab.root().put("/api/v1/users/root/disabled", &json!({})), 409);
        lab.root().get("/api/v1/projects").expect(200);
    }
}

fn on_each(environment: &[(&str, &str)], test: impl Fn(&Lab)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        test(&Lab::with(backend, environment));
    }
}

#[test]
fn with_approval_a_user_waits_for_an_administrator() {
    on_each(&[("REGISTRATION", "approval")], |lab| {
        let ann = lab.person("ann");
        let body = problem(ann.get("/api/v1/projects"), 403);
        assert!(body["detail"].as_str().unwrap().contains("approval"), "{body}");
        problem(ann.post("/api/v1/token", &json!({})), 403);
        let waiting = lab.root().get("/api/v1/users?status=pending").expect(200).json();
        assert_eq!(waiting["users"][0]["username"], "ann");
        problem(ann.post("/api/v1/users/ann/approval", &json!({})), 403);
        lab.root().post("/api/v1/users/ann/approval", &json!({})).expect(200);
        ann.get("/api/v1/projects").expect(200);
        lab.root().post("/api/v1/users/ann/approval", &json!({})).expect(200);
        lab.root().post("/api/v1/users", &person("bob")).expect(201);
        lab.anonymous().basic("bob", PASSWORD).get("/api/v1/projects").expect(200);
        lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200);
        lab.anonymous().post("/api/v1/users", &person("eve")).expect(201);
        lab.root().put("/api/v1/users/eve/disabled", &json!({})).expect(200);
        lab.root().delete("/api/v1/users/eve/disabled").expect(200);
        problem(lab.anonymous().basic("eve", PASSWORD).get("/api/v1/projects"), 403);
    });
}

#[test]
fn with_closed_registration_only_an_administrator_adds_people() {
    on_each(&[("REGISTRATION", "closed")], |lab| {
        problem(lab.anonymous().post("/api/v1/users", &person("ann")), 403);
        lab.root().post("/api/v1/users", &person("ann")).expect(201);
        let ann = lab.anonymous().basic("ann", PASSWORD);
        problem(ann.post("/api/v1/users", &person("bob")), 403);
    });
}

#[test]
fn in_production_passwords_are_long_and_not_the_commonest() {
    let lab = Lab::with(
        Backend::Sqlite,
        &[("STATE", "PROD"), ("BCRYPT_COST", "10"), ("REGISTRATION", "open")],
    );
    let body =
        |password: &str| json!({"username": "ann", "password": password, "email": "a@b.org"});
    for password in ["tiger", "password1", "PASSWORD1", "qwertyuiop"] {
        invalid(lab.anonymous().post("/api/v1/users", &body(password)), "/password");
    }
    lab.anonymous().post("/api/v1/users", &body("a striped cat")).expect(201);
    let metrics = problem(lab.anonymous().get("/metrics"), 403);
    assert!(metrics["detail"].as_str().unwrap().contains("METRICS_TOKEN"));
    lab.anonymous().basic("root", ROOT_PASSWORD).get("/api/v1/users").expect(200);
}
