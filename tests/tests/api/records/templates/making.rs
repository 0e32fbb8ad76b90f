//! Who makes templates, and who sees them.

use super::{
    SAMPLES, TEMPLATES, alloys, at, begin, change, each, four, ingot, matching, of, patch,
    pointers, template, with_mass,
};
use crate::lab::{invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};

fn names(client: &Client, query: &str) -> Vec<String> {
    each(&client.get(&format!("{TEMPLATES}?{query}")).expect(200).json()["templates"], "name")
}

on_both! {
    fn a_template_is_shown_as_it_was_made(lab: &Lab) {
        let ann = alloys(lab);
        let lifecycle = json!({"statuses": ["new", "old"], "moves": [
            {"from": "new", "to": "old", "by": "maintainer", "filled": ["/data/mass"]},
        ]});
        let more = json!({"schema": with_mass(), "body": "# Notes\n", "lifecycle": lifecycle});
        let answer = ann.post(TEMPLATES, &ingot(&more)).expect(201);
        let made = answer.json();
        let mut expected = json!({
            "id": 1, "project": 1, "kind": "sample", "name": "Ingot", "version": 1, "line": 1,
            "schema": with_mass(), "body": "# Notes\n", "lifecycle": lifecycle, "date_retired": null,
        });
        for date in ["date_created", "date_changed"] {
            expected[date] = made["date_created"].clone();
        }
        assert_eq!(made, expected);
        assert_eq!(answer.header("location"), Some("/api/v1/templates/1"));
        let found = ann.get("/api/v1/templates/1").expect(200);
        assert_eq!((&found.body, found.header("etag")), (&answer.body, answer.header("etag")));
        let tag = found.header("etag").unwrap();
        ann.request("GET", "/api/v1/templates/1").header("if-none-match", tag).send().expect(304);
        let usual = begin(&ann, TEMPLATES, &json!({"kind": "protocol", "name": "P", "project": 1}));
        assert_eq!((&usual["schema"], &usual["body"]), (&json!({}), &json!("")));
        assert_eq!(usual["lifecycle"]["statuses"], json!(["draft", "published", "retired"]));
        assert_eq!(usual["lifecycle"]["moves"][0],
                   json!({"from": "draft", "to": "published", "by": "member", "filled": []}));
    }

    fn maintainers_make_templates_of_a_project_and_administrators_shared_ones(lab: &Lab) {
        let [ann, dora, bob, carl] = four(lab);
        for (number, client) in [&ann, &dora, &lab.root()].into_iter().enumerate() {
            template(client, &json!({"name": format!("T{number}")}));
        }
        for client in [&bob, &carl] {
            let refused = problem(client.post(TEMPLATES, &ingot(&json!({}))), 403);
            assert_eq!(refused["detail"], "you may not make, change and retire its templates");
        }
        let eve = lab.person("eve");
        problem(eve.post(TEMPLATES, &ingot(&json!({}))), 404);
        problem(ann.post(TEMPLATES, &ingot(&json!({"project": 99}))), 404);
        let shared = json!({"kind": "sample", "name": "Shared"});
        let refused = problem(ann.post(TEMPLATES, &shared), 403);
        assert_eq!(refused["detail"], "you may not make, change and retire templates that all projects share");
        let made = begin(&lab.root(), TEMPLATES, &shared);
        assert_eq!(made["project"], json!(null));
        for client in [&ann, &dora] {
            problem(patch(client, &made, &json!({"body": "x"})), 403);
            problem(matching(client, "PUT", &format!("{}/retired", at(&made)), "*"), 403);
        }
        assert_eq!(begin(&bob, SAMPLES, &of(&made, &json!({})))["template"], json!({"id": made["id"], "line": 1}));
    }

    fn a_name_is_taken_in_its_project_and_kind_in_any_case(lab: &Lab) {
        let (ann, root) = (alloys(lab), lab.root());
        ann.post("/api/v1/projects", &project("Steels")).expect(201);
        template(&ann, &json!({"name": "École"}));
        let again = problem(ann.post(TEMPLATES, &ingot(&json!({"name": "E\u{301}COLE"}))), 422);
        assert_eq!(again["type"], "urn:omicron:problem:taken");
        template(&ann, &json!({"name": "École", "kind": "protocol"}));
        template(&ann, &json!({"name": "École", "project": "steels"}));
        let shared = json!({"kind": "sample", "name": "École"});
        begin(&root, TEMPLATES, &shared);
        problem(root.post(TEMPLATES, &shared), 422);
        let other = template(&ann, &json!({"name": "Other"}));
        problem(patch(&ann, &other, &json!({"name": "école"})), 422);
        matching(&ann, "PUT", &format!("{TEMPLATES}/1/retired"), "*").expect(200);
        problem(patch(&ann, &other, &json!({"name": "école"})), 422);
        assert_eq!(patch(&ann, &other, &json!({"name": "OTHER"})).expect(200).json()["name"], "OTHER");
    }

    fn one_sees_the_templates_of_ones_projects_and_shared_ones(lab: &Lab) {
        let [ann, _, _, carl] = four(lab);
        let eve = lab.person("eve");
        eve.post("/api/v1/projects", &project("Secret")).expect(201);
        begin(&lab.root(), TEMPLATES, &json!({"kind": "sample", "name": "Shared"}));
        let own = template(&ann, &json!({"name": "Own"}));
        template(&ann, &json!({"name": "How", "kind": "protocol"}));
        let hidden = template(&eve, &json!({"name": "Hidden", "project": "secret"}));
        assert_eq!(names(&ann, ""), ["Shared", "Own", "How"]);
        assert_eq!(names(&carl, "kind=sample"), ["Shared", "Own"]);
        assert_eq!(names(&eve, ""), ["Shared", "Hidden"]);
        assert_eq!(names(&lab.root(), ""), ["Shared", "Own", "How", "Hidden"]);
        assert_eq!(names(&lab.root(), "project=secret"), ["Shared", "Hidden"]);
        assert_eq!(names(&lab.root(), "project=1&kind=protocol"), ["How"]);
        problem(ann.get(&format!("{TEMPLATES}?project=secret")), 404);
        for (query, pointer) in [("kind=samples", "/kind"), ("retired=1", "/retired")] {
            invalid(ann.get(&format!("{TEMPLATES}?{query}")), pointer);
        }
        for client in [&ann, &carl] {
            problem(client.get(&at(&hidden)), 404);
            problem(patch(client, &hidden, &json!({"body": "x"})), 404);
        }
        problem(patch(&carl, &own, &json!({"body": "x"})), 403);
        for none in ["0", "99", "x", "99999999999999999999"] {
            problem(ann.get(&format!("{TEMPLATES}/{none}")), 404);
        }
        let token = lab.root().post("/api/v1/tokens", &json!({"project": "alloys"})).expect(201).json();
        let narrow = lab.anonymous().bearer(&text(&token["token"]));
        assert_eq!(names(&narrow, ""), ["Shared", "Own", "How"]);
    }

    fn a_record_follows_a_template_of_its_kind_and_project(lab: &Lab) {
        let ann = alloys(lab);
        ann.post("/api/v1/projects", &project("Steels")).expect(201);
        let elsewhere = template(&ann, &json!({"project": "steels"}));
        let how = template(&ann, &json!({"kind": "protocol"}));
        let own = template(&ann, &json!({"schema": with_mass(), "body": "# Notes"}));
        for (bad, message) in [
            (&elsewhere, "must be a template of this project or a shared one"),
            (&json!({"id": 99}), "must be a template of this project or a shared one"),
            (&how, "must be a template for a sample: it is one for a protocol"),
        ] {
            let refused = problem(ann.post(SAMPLES, &of(bad, &json!({"mass": 1}))), 400);
            assert_eq!(refused["errors"], json!([{"pointer": "/template", "message": message}]));
        }
        let wrong = problem(ann.post(SAMPLES, &of(&own, &json!({"mass": "much"}))), 400);
        assert_eq!(wrong["errors"], json!([{"pointer": "/data/mass", "message": "must be a number"}]));
        assert_eq!(pointers(ann.post(SAMPLES, &of(&own, &json!({})))), ["/data/mass"]);
        let made = begin(&ann, SAMPLES, &of(&own, &json!({"mass": 1.5})));
        assert_eq!((&made["body"], &made["template"]), (&json!("# Notes"), &json!({"id": own["id"], "line": 1})));
        let mut spoken = of(&own, &json!({"mass": 1}));
        spoken["body"] = json!("");
        assert_eq!(begin(&ann, SAMPLES, &spoken)["body"], "", "what is said counts, even if it is nothing");
        let href = text(&made["href"]);
        assert_eq!(pointers(change(&ann, &href, 1, &json!({"data": {"mass": null}}))), ["/data/mass"]);
        let free = json!({"template": null, "data": {"mass": null}});
        assert_eq!(change(&ann, &href, 1, &free).expect(200).json()["template"], json!(null));
        assert_eq!(pointers(change(&ann, &href, 2, &json!({"template": own["id"]}))), ["/data/mass"]);
        let back = json!({"template": own["id"], "data": {"mass": 3}});
        assert_eq!(change(&ann, &href, 2, &back).expect(200).json()["body"], "# Notes");
    }

    fn a_retired_template_is_for_its_own_records_alone(lab: &Lab) {
        let ann = alloys(lab);
        let ingot = template(&ann, &json!({"schema": with_mass()}));
        let made = begin(&ann, SAMPLES, &of(&ingot, &json!({"mass": 1})));
        let retired = format!("{}/retired", at(&ingot));
        problem(ann.request("PUT", &retired).send(), 428);
        problem(ann.delete(&retired), 428);
        problem(matching(&ann, "PUT", &retired, "\"2\""), 412);
        let before = ann.get(&at(&ingot)).header("etag").unwrap().to_owned();
        let gone = matching(&ann, "PUT", &retired, &before).expect(200);
        assert!(gone.json()["date_retired"].is_string());
        assert_eq!(gone.json()["version"], 2, "who has not seen it must not change it");
        assert_ne!(gone.header("etag"), Some(&*before));
        assert_eq!(matching(&ann, "PUT", &retired, "*").expect(200).json(), gone.json(), "once is enough");
        let refused = problem(ann.post(SAMPLES, &of(&ingot, &json!({"mass": 1}))), 400);
        assert_eq!(refused["errors"], json!([{"pointer": "/template", "message": "is retired: take another one"}]));
        assert_eq!((names(&ann, ""), names(&ann, "retired=true")), (vec![], vec!["Ingot".to_owned()]));
        let href = text(&made["href"]);
        change(&ann, &href, 1, &json!({"data": {"mass": 2}})).expect(200);
        assert_eq!(pointers(change(&ann, &href, 2, &json!({"data": {"mass": "x"}}))), ["/data/mass"]);
        let back: Value = matching(&ann, "DELETE", &retired, "*").expect(200).json();
        let said = |template: &Value| {
            let mut said = template.clone();
            said.as_object_mut().unwrap().retain(|name, _| name != "version" && name != "date_changed");
            said
        };
        assert_eq!((said(&back), &back["version"]), (said(&ingot), &json!(3)));
        begin(&ann, SAMPLES, &of(&ingot, &json!({"mass": 1})));
    }
}
