//! What people say about a record.

use super::{alloys, made, matching, sample};
use crate::lab::{invalid, problem, text};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::{Value, json};

fn say(client: &Client, comments: &str, words: &str) -> Answer {
    client.post(comments, &json!({"text": words}))
}

fn texts(client: &Client, comments: &str) -> Vec<String> {
    super::each(&client.get(comments).expect(200).json()["comments"], "text")
}

fn put(client: &Client, href: &str, tag: &str, words: &str) -> Answer {
    client.patch(href, &json!({"text": words}), &[("if-match", tag)])
}

on_both! {
    fn everyone_in_the_project_says_what_they_think(lab: &Lab) {
        let (ann, bob, eve) = (alloys(lab), made(lab, "bob", "viewer"), lab.person("eve"));
        let href = sample(&ann, "Ingot");
        let comments = format!("{href}/comments");
        let first = say(&ann, &comments, "Looks *fine*.\nGo on.").expect(201);
        let said = first.json();
        assert_eq!((&said["author"], &said["version"]), (&json!("ann"), &json!(1)));
        assert_eq!(said["text"], "Looks *fine*.\nGo on.");
        assert_eq!(said["date_created"], said["date_changed"]);
        assert_eq!(first.header("location"), Some(&*format!("{comments}/{}", said["id"])));
        assert!(first.header("etag").unwrap().starts_with("\"1."));
        say(&bob, &comments, "Really?").expect(201);
        problem(say(&eve, &comments, "Hello"), 404);
        problem(eve.get(&comments), 404);
        say(&lab.root(), &comments, "Welcome.").expect(201);
        let all = bob.get(&comments).expect(200);
        assert_eq!(all.header("count"), Some("3"));
        assert_eq!(super::each(&all.json()["comments"], "author"), ["ann", "bob", "root"]);
        assert_eq!(all.json()["comments"][0], said);
        assert_eq!(ann.get(&href).json()["version"], 1, "a comment is no change of the record");
    }

    fn only_its_author_changes_a_comment_and_says_which_version(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "viewer"));
        let comments = format!("{}/comments", sample(&ann, "Ingot"));
        let said = say(&bob, &comments, "First.").expect(201);
        let (href, tag) = (said.header("location").unwrap(), said.header("etag").unwrap());
        problem(bob.patch(href, &json!({"text": "Second."}), &[]), 428);
        for other in [&ann, &lab.root()] {
            let refused = problem(put(other, href, "*", "Mine."), 403);
            assert_eq!(refused["detail"], "only its author can change what a comment says");
        }
        let changed = put(&bob, href, tag, "Second.").expect(200);
        let body = changed.json();
        assert_eq!((&body["version"], &body["text"], &body["author"]), (&json!(2), &json!("Second."), &json!("bob")));
        assert_eq!(body["date_created"], said.json()["date_created"]);
        assert_eq!(problem(put(&bob, href, tag, "Third."), 412)["current_version"], 2);
        let same = put(&bob, href, "\"2\"", "Second.").expect(200);
        assert_eq!((same.json(), same.header("etag")), (body, changed.header("etag")));
        assert_eq!(texts(&ann, &comments), ["Second."]);
    }

    fn a_comment_is_withdrawn_by_its_author_or_by_who_looks_after_the_project(lab: &Lab) {
        let ann = alloys(lab);
        let (bob, carl) = (made(lab, "bob", "viewer"), made(lab, "carl", "member"));
        let dora = made(lab, "dora", "maintainer");
        let comments = format!("{}/comments", sample(&ann, "Ingot"));
        let by = |client: &Client, words: &str| {
            text(&json!(say(client, &comments, words).expect(201).header("location").unwrap()))
        };
        let [one, two, three, four] = ["1", "2", "3", "4"].map(|words| by(&bob, words));
        problem(bob.delete(&one), 428);
        problem(matching(&bob, "DELETE", &one, "\"2\""), 412);
        problem(matching(&carl, "DELETE", &one, "*"), 403);
        let gone = matching(&bob, "DELETE", &one, "\"1\"").expect(200).json();
        assert_eq!(gone, json!({"status": "resource deleted"}));
        for client in [&bob, &ann] {
            problem(matching(client, "DELETE", &one, "*"), 404);
            problem(put(client, &one, "*", "Back."), 404);
        }
        matching(&dora, "DELETE", &two, "*").expect(200);
        matching(&ann, "DELETE", &three, "*").expect(200);
        assert_eq!(texts(&bob, &comments), ["4"]);
        assert_eq!(bob.get(&comments).header("count"), Some("1"));
        matching(&lab.root(), "DELETE", &four, "*").expect(200);
        assert_eq!(texts(&bob, &comments), [""; 0]);
    }

    fn a_comment_is_found_at_its_own_record_alone(lab: &Lab) {
        let ann = alloys(lab);
        let (one, two) = (sample(&ann, "Ingot"), sample(&ann, "Bar"));
        let id = say(&ann, &format!("{one}/comments"), "Fine.").expect(201).json()["id"].clone();
        for wrong in [format!("{two}/comments/{id}"), format!("{one}/comments/0"), format!("{one}/comments/x"),
                      format!("{one}/comments/99"), format!("/api/v1/projects/alloys/experiments/1/comments/{id}")] {
            problem(put(&ann, &wrong, "*", "Mine."), 404);
            problem(matching(&ann, "DELETE", &wrong, "*"), 404);
        }
    }

    fn a_comment_says_something_and_not_too_much(lab: &Lab) {
        let ann = alloys(lab);
        let comments = format!("{}/comments", sample(&ann, "Ingot"));
        for bad in [json!({"text": ""}), json!({"text": " \n"}), json!({"text": "x".repeat(10_001)}), json!({})] {
            invalid(ann.post(&comments, &bad), "/text");
        }
        say(&ann, &comments, &"\u{e9}".repeat(10_000)).expect(201);
    }

    fn comments_come_in_parts_oldest_first(lab: &Lab) {
        let ann = alloys(lab);
        let comments = format!("{}/comments", sample(&ann, "Ingot"));
        for number in 0..5 {
            say(&ann, &comments, &number.to_string()).expect(201);
        }
        let first = ann.get(&format!("{comments}?limit=2")).expect(200);
        let next = text(&json!(first.header("link").unwrap().split_once('>').unwrap().0[1..]));
        assert_eq!(super::each(&first.json()["comments"], "text"), ["0", "1"]);
        assert_eq!(texts(&ann, &next), ["2", "3"]);
        assert_eq!(texts(&ann, &format!("{comments}?items_per_page=2&page=3")), ["4"]);
    }

    fn whoever_is_made_unknown_has_said_what_they_said(lab: &Lab) {
        let (ann, bob) = (alloys(lab), made(lab, "bob", "viewer"));
        let comments = format!("{}/comments", sample(&ann, "Ingot"));
        say(&bob, &comments, "Fine.").expect(201);
        lab.root().delete("/api/v1/users/bob").expect(200);
        let said: Value = ann.get(&comments).expect(200).json()["comments"][0].clone();
        assert!(text(&said["author"]).starts_with("gone-"), "{said}");
        assert_eq!(said["text"], "Fine.");
    }
}
