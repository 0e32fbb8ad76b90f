//! Who is in charge of a record.

use super::{SAMPLES, alloys, begin, change, each, made, pointers};
use crate::lab::{invalid, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::json;

on_both! {
    fn those_in_charge_belong_to_the_project(lab: &Lab) {
        let ann = alloys(lab);
        for (name, role) in [("bob", "viewer"), ("carl", "member"), ("dora", "maintainer")] {
            made(lab, name, role);
        }
        lab.person("eve");
        let all = json!({"title": "Ingot", "people": ["dora", "ANN", "bob", "carl", "Bob"]});
        let made = begin(&ann, SAMPLES, &all);
        assert_eq!(made["people"], json!(["ann", "bob", "carl", "dora"]));
        let refused = ann.post(SAMPLES, &json!({"title": "Ingot", "people": ["ann", "eve", "root", "nobody"]}));
        let refused = crate::lab::problem(refused, 400);
        let message = "must be someone who belongs to the project";
        assert_eq!(refused["errors"], json!([
            {"pointer": "/people/1", "message": message}, {"pointer": "/people/2", "message": message},
            {"pointer": "/people/3", "message": message},
        ]), "nobody learns here who there is");
        let href = text(&made["href"]);
        assert_eq!(pointers(change(&ann, &href, 1, &json!({"people": ["eve"]}))), ["/people/0"]);
    }

    fn whoever_leaves_the_project_stays_in_charge_until_someone_changes_that(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "member"));
        let made = begin(&ann, SAMPLES, &json!({"title": "Ingot", "people": ["ann", "bob"]}));
        let href = text(&made["href"]);
        bob.delete("/api/v1/projects/alloys/members/bob").expect(204);
        let renamed = change(&ann, &href, 1, &json!({"title": "Bar", "people": ["bob"]})).expect(200).json();
        assert_eq!(renamed["people"], json!(["bob"]));
        change(&ann, &href, 2, &json!({"people": ["ann"]})).expect(200);
        assert_eq!(pointers(change(&ann, &href, 3, &json!({"people": ["ann", "bob"]}))), ["/people/1"]);
    }

    fn whoever_is_made_unknown_is_named_so_wherever_they_were_in_charge(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "member"));
        let made = begin(&bob, SAMPLES, &json!({"title": "Ingot", "people": ["bob"]}));
        let href = text(&made["href"]);
        let tag = ann.get(&href).header("etag").unwrap().to_owned();
        lab.root().delete("/api/v1/users/bob").expect(200);
        let found = ann.get(&href).expect(200);
        let name = text(&found.json()["people"][0]);
        assert!(name.starts_with("gone-"), "{name}");
        assert_ne!(found.header("etag"), Some(&*tag), "another name is shown");
        // What was seen is still the version that a change is made on.
        let changed = ann.patch(&href, &json!({"title": "Bar"}), &[("if-match", &tag)]).expect(200).json();
        assert_eq!(changed["people"], json!([name]));
        let kept = change(&ann, &href, 2, &json!({"people": [name, "ann"]})).expect(200).json();
        assert_eq!(kept["people"], json!(["ann", name]));
        let history = ann.get(&format!("{href}/history")).expect(200).json();
        assert_eq!(each(&history["history"], "user"), [&name, "ann", "ann"]);
    }

    fn a_list_is_searched_for_who_is_in_charge(lab: &Lab) {
        let ann = alloys(lab);
        made(lab, "bob", "member");
        for (title, people) in [("A", json!(["ann"])), ("B", json!(["bob", "ann"])), ("C", json!([]))] {
            begin(&ann, SAMPLES, &json!({"title": title, "people": people}));
        }
        let of = |name: &str| {
            let found = ann.get(&format!("{SAMPLES}?person={name}")).expect(200).json();
            each(&found["samples"], "title")
        };
        assert_eq!((of("ANN"), of("bob")), (vec!["A".to_owned(), "B".to_owned()], vec!["B".to_owned()]));
        for nobody in ["nobody", "root", "12", "a:b", "%00"] {
            assert_eq!(of(nobody), [""; 0], "{nobody}");
        }
        assert_eq!(of("").len(), 3);
        invalid(ann.get(&format!("{SAMPLES}?trashed=maybe")), "/trashed");
    }
}
