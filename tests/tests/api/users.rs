//! `/users`.

use crate::lab::{PASSWORD, invalid, person, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::json;

on_both! {
    fn a_user_registers_and_is_shown_in_short(lab: &Lab) {
        let answer = lab.anonymous().post("/api/v1/users", &person("scott")).expect(201);
        let body = answer.json();
        assert_eq!(body["username"], "scott");
        assert_eq!(body["email"], "scott@example.org");
        assert!(body["id"].is_i64());
        let time = text(&body["date_created"]);
        assert_eq!((time.len(), time.ends_with('Z')), (20, true), "{time}");
        assert!(body.get("password").is_none());
        assert_eq!(answer.header("location"), Some(&*format!("/api/v1/users/{}", body["id"])));
        lab.anonymous().basic("scott", PASSWORD).get(answer.header("location").unwrap()).expect(200);
    }

    fn a_username_is_taken_in_any_case_and_encoding(lab: &Lab) {
        for (first, second) in [("scott", "SCOTT"), ("\u{c9}cole", "e\u{301}cole")] {
            lab.anonymous().post("/api/v1/users", &person(first)).expect(201);
            problem(lab.anonymous().post("/api/v1/users", &person(second)), 422);
        }
    }

    fn what_breaks_a_limit_is_refused_with_its_pointer(lab: &Lab) {
        let bodies = [
            ("/username", json!({"username": "", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "x".repeat(21), "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "12345", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "a:b", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "a\u{0}b", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "a\u{202e}b", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": "   ", "password": "p", "email": "a@b"})),
            ("/username", json!({"username": 7, "password": "p", "email": "a@b"})),
            ("/username", json!({"password": "p", "email": "a@b"})),
            ("/password", json!({"username": "scott", "password": "", "email": "a@b"})),
            ("/password", json!({"username": "scott", "password": "x".repeat(1025), "email": "a@b"})),
            ("/password", json!({"username": "scott", "password": "\u{e9}".repeat(513), "email": "a@b"})),
            ("/password", json!({"username": "scott", "email": "a@b"})),
            ("/email", json!({"username": "scott", "password": "p", "email": "nowhere"})),
            ("/email", json!({"username": "scott", "password": "p", "email": format!("{}@b.org", "x".repeat(59))})),
            ("/email", json!({"username": "scott", "password": "p"})),
        ];
        for (pointer, body) in bodies {
            invalid(lab.anonymous().post("/api/v1/users", &body), pointer);
        }
        let all = lab.root().get("/api/v1/users").expect(200);
        assert_eq!(all.header("count"), Some("1"), "only the administrator: {all}");
    }

    fn the_edges_of_the_limits_are_inside(lab: &Lab) {
        let name = "\u{1f9ea}".repeat(20);
        let body = json!({"username": name, "password": "\u{e9}".repeat(512), "email": format!("{}@b.org", "x".repeat(58))});
        let body = lab.anonymous().post("/api/v1/users", &body).expect(201).json();
        assert_eq!(body["username"], name);
    }

    fn every_byte_of_a_password_counts(lab: &Lab) {
        let long = "p".repeat(72);
        let body = json!({"username": "long", "password": long, "email": "a@b"});
        lab.anonymous().post("/api/v1/users", &body).expect(201);
        lab.anonymous().basic("long", &long).get("/api/v1/users/long").expect(200);
        problem(lab.anonymous().basic("long", &(long + "q")).get("/api/v1/users/long"), 401);
    }

    fn unknown_fields_of_an_old_body_are_ignored(lab: &Lab) {
        let mut body = person("scott");
        body["is_admin"] = json!(true);
        body["administrator"] = json!(true);
        lab.anonymous().post("/api/v1/users", &body).expect(201);
        let me = lab.anonymous().basic("scott", PASSWORD).get("/api/v1/users/scott").json();
        assert_eq!(me["administrator"], false);
    }

    fn a_user_is_found_by_id_and_by_name_in_any_case(lab: &Lab) {
        let scott = lab.person("scott");
        let by_name = scott.get("/api/v1/users/SCOTT").expect(200).json();
        let by_id = scott.get(&format!("/api/v1/users/{}", by_name["id"])).expect(200).json();
        assert_eq!(by_name, by_id);
        for nobody in ["nobody", "999", "99999999999999999999", "%00", "a%3Ab"] {
            problem(scott.get(&format!("/api/v1/users/{nobody}")), 404);
        }
    }

    fn a_user_comes_with_the_projects_that_the_caller_may_see(lab: &Lab) {
        let (ann, bob, eve) = (lab.person("ann"), lab.person("bob"), lab.person("eve"));
        let shared = json!({"name": "Shared", "description": "", "members": ["bob"]});
        ann.post("/api/v1/projects", &shared).expect(201);
        ann.post("/api/v1/projects", &project("Private")).expect(201);
        let names = |client: &omicron_tests::Client| -> Vec<String> {
            let body = client.get("/api/v1/users/ann").expect(200).json();
            let projects = body["projects"].as_array().unwrap();
            assert_eq!(body["projects_count"], projects.len());
            projects.iter().map(|project| text(&project["name"])).collect()
        };
        assert_eq!(names(&ann), ["Shared", "Private"]);
        assert_eq!(names(&bob), ["Shared"]);
        assert_eq!(names(&eve), [""; 0]);
        assert_eq!(names(&lab.root()), ["Shared", "Private"]);
    }
}
