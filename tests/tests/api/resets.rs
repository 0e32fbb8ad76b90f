//! A new password for someone who has lost theirs.

use crate::lab::{PASSWORD, invalid, problem, text, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

const RESETS: &str = "/api/v1/password-resets";

fn link(lab: &Lab, who: &str) -> Value {
    let made = lab.root().post(&format!("/api/v1/users/{who}/password-reset"), &json!({}));
    let answer = made.expect(201);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()
}

fn spend(lab: &Lab, code: &Value, password: &str) -> Answer {
    lab.anonymous().post(RESETS, &json!({"code": code, "new_password": password}))
}

fn calls(client: &Client) -> u16 {
    client.get("/api/v1/users/ann").status
}

on_both! {
    fn a_link_sets_a_new_password_once_and_ends_everything_else(lab: &Lab) {
        let ann = lab.person("ann");
        let token = lab.anonymous().bearer(&token_of(&ann));
        let made = link(lab, "ann");
        assert_eq!(made["link"], format!("/app/reset#{}", text(&made["code"])));
        assert_eq!((calls(&ann), calls(&token)), (200, 200), "nothing has changed yet");
        spend(lab, &made["code"], "lioness").expect(204);
        assert_eq!((calls(&ann), calls(&token)), (401, 401));
        assert_eq!(calls(&lab.anonymous().basic("ann", "lioness")), 200);
        let again = invalid(spend(lab, &made["code"], "thief"), "/code");
        assert_eq!(again["detail"], "code can't be used, or not any more: ask an administrator for a new link");
        assert_eq!(calls(&lab.anonymous().basic("ann", "lioness")), 200);
    }

    fn a_newer_link_another_password_or_being_disabled_makes_a_link_no_good(lab: &Lab) {
        let ann = lab.person("ann");
        let (old, new) = (link(lab, "ann"), link(lab, "ann"));
        invalid(spend(lab, &old["code"], "thief"), "/code");
        let change = json!({"current_password": PASSWORD, "new_password": "lioness"});
        ann.put("/api/v1/users/ann/password", &change).expect(204);
        invalid(spend(lab, &new["code"], "thief"), "/code");
        let third = link(lab, "ann");
        lab.root().put("/api/v1/users/ann/disabled", &json!({})).expect(200);
        invalid(spend(lab, &third["code"], "thief"), "/code");
    }

    fn of_two_who_come_at_once_with_one_code_one_is_served(lab: &Lab) {
        lab.person("ann");
        let code = link(lab, "ann")["code"].clone();
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = ["first", "second", "third"]
                .map(|password| {
                    let code = &code;
                    scope.spawn(move || (password, spend(lab, code, password).status))
                })
                .into();
            racers
                .into_iter()
                .map(|racer| {
                    let (password, status) = racer.join().unwrap();
                    let let_in = calls(&lab.anonymous().basic("ann", password)) == 200;
                    assert_eq!(let_in, status == 204);
                    status
                })
                .collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 400, 400]);
    }

    fn a_token_gives_no_link_not_even_an_administrators(lab: &Lab) {
        lab.person("ann");
        let token = lab.anonymous().bearer(&token_of(&lab.root()));
        for who in ["ann", "root"] {
            let said = problem(token.post(&format!("/api/v1/users/{who}/password-reset"), &json!({})), 403);
            assert!(text(&said["detail"]).contains("takes a password"), "{said}");
        }
    }

    fn of_many_links_that_are_made_at_once_one_is_good(lab: &Lab) {
        lab.person("ann");
        let codes: Vec<Value> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16).map(|_| scope.spawn(|| link(lab, "ann")["code"].clone())).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let good = codes.iter().filter(|code| spend(lab, code, "lioness").status == 204).count();
        assert_eq!(good, 1);
    }

    fn a_code_is_kept_nowhere_and_a_wrong_one_changes_nothing(lab: &Lab) {
        lab.person("ann");
        let code = link(lab, "ann")["code"].clone();
        for wrong in ["", "x", "a409a362-d733-11e5-b625-7e14f79230d0", &text(&code).to_uppercase().replace('-', "")] {
            invalid(spend(lab, &json!(wrong), "thief"), "/code");
        }
        invalid(spend(lab, &code, ""), "/new_password");
        invalid(lab.anonymous().post(RESETS, &json!({"code": code})), "/new_password");
        spend(lab, &code, "lioness").expect(204);
        assert!(lab.logs("password-resets"));
        assert!(!lab.server.log().contains(&text(&code)));
    }

    fn a_link_is_for_people_whom_the_server_knows(lab: &Lab) {
        let ann = lab.person("ann");
        let make = |client: &Client, who: &str| {
            client.post(&format!("/api/v1/users/{who}/password-reset"), &json!({}))
        };
        problem(make(&ann, "ann"), 403);
        problem(make(&ann, "root"), 403);
        problem(make(&lab.root(), "nobody"), 404);
        ann.post("/api/v1/projects", &json!({"name": "A", "description": ""})).expect(201);
        ann.post("/api/v1/projects/A/service-accounts", &json!({"username": "probe"})).expect(201);
        problem(make(&lab.root(), "probe"), 400);
    }

    fn the_page_that_a_link_leads_to_runs_nothing_but_its_own_script(lab: &Lab) {
        let page = lab.anonymous().get("/app/reset").expect(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && policy.contains("default-src 'none'"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert!(page.text().contains(r#"<script src="/app/reset.js">"#));
        let script = lab.anonymous().get("/app/reset.js").expect(200);
        assert!(script.text().contains(RESETS));
    }
}
