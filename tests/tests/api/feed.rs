//! The feed: each event once, in order, for who may see it now; as a list, and as a stream.

mod reader;
mod stream;

use crate::lab::{invalid, problem, project, text, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const EVENTS: &str = "/api/v1/events";

/// Each event as position, action and subject.
fn told(events: &[Value]) -> Vec<(i64, String, String)> {
    let subject =
        |event: &Value| format!("{}:{}", text(&event["subject"]["kind"]), event["subject"]["id"]);
    events
        .iter()
        .map(|event| (event["position"].as_i64().unwrap(), text(&event["action"]), subject(event)))
        .collect()
}

/// All that someone sees, by parts of so many, once there are so many.
fn all(client: &Client, query: &str, limit: usize, least: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let (mut events, mut after) = (Vec::new(), 0);
        loop {
            let part = client
                .get(&format!("{EVENTS}?after={after}&limit={limit}{query}"))
                .expect(200)
                .json();
            events.extend(part["events"].as_array().unwrap().clone());
            after = part["next"].as_i64().unwrap();
            if part["more"] == false {
                break;
            }
        }
        if events.len() >= least || began.elapsed() > Duration::from_secs(20) {
            return events;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_both! {
    fn the_feed_tells_each_event_once_and_in_order(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        for number in 1..=5 {
            ann.post("/api/v1/projects/1/samples", &json!({"title": format!("Ingot {number}")})).expect(201);
        }
        let seen = told(&all(&ann, "", 1000, 7));
        let actions: Vec<&str> = seen.iter().map(|(_, action, _)| action.as_str()).collect();
        assert_eq!(actions[..3], ["user.registered", "project.created", "record.created"]);
        assert!(seen.is_sorted_by(|one, other| one.0 < other.0) && seen.len() == 7);
        assert_eq!(told(&all(&ann, "", 2, 7)), seen);
        let event = &all(&ann, "&kind=sample", 1, 5)[0];
        assert_eq!(event["subject"], json!({"kind": "sample", "id": 1, "href": "/api/v1/projects/1/samples/1"}));
        assert_eq!((&event["user"]["username"], &event["project"]), (&json!("ann"), &json!(1)));
        ann.get(event["subject"]["href"].as_str().unwrap()).expect(200);
        let link = ann.get(&format!("{EVENTS}?limit=1&kind=sample&project=Alloys")).expect(200);
        let next = link.header("link").unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
        assert!(next.contains("project=Alloys") && next.contains("kind=sample"), "{next}");
        assert_eq!(ann.get(&next).expect(200).json()["events"][0]["subject"]["id"], 2);
    }

    fn nobody_sees_what_they_may_not_see_now(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        for name in ["Alloys", "Secret"] {
            ann.post("/api/v1/projects", &project(name)).expect(201);
        }
        ann.post("/api/v1/projects/1/members", &json!({"username": "bob"})).expect(201);
        let bobs = told(&all(&bob, "", 100, 3));
        assert!(bobs.iter().all(|(_, _, subject)| subject != "project:2" && subject != "user:2"), "{bobs:?}");
        assert_eq!(bobs.len(), 3);
        problem(bob.get(&format!("{EVENTS}?project=2")), 404);
        let everything = told(&all(&lab.root(), "", 100, 6));
        assert_eq!(everything.len(), 6, "{everything:?}");
        let here = json!({"scopes": ["read"], "project": "Secret"});
        let limited = text(&ann.post("/api/v1/tokens", &here).expect(201).json()["token"]);
        let limited = told(&all(&lab.anonymous().bearer(&limited), "", 100, 1));
        assert_eq!(limited.iter().map(|(.., subject)| subject.as_str()).collect::<Vec<_>>(), ["project:2"]);
        ann.delete("/api/v1/projects/1/members/bob").expect(204);
        assert_eq!(told(&all(&bob, "", 100, 1)).len(), 1, "of the project, bob sees nothing any more");
    }

    fn what_is_asked_for_must_make_sense(lab: &Lab) {
        let root = lab.root();
        for bad in ["-1", "x", "1.5", "", "9223372036854775808"] {
            invalid(root.get(&format!("{EVENTS}?after={bad}")), "/after");
        }
        invalid(root.get(&format!("{EVENTS}?after=4000000000")), "/after");
        for bad in ["0", "1001", "-1", "x", ""] {
            invalid(root.get(&format!("{EVENTS}?limit={bad}")), "/limit");
        }
        let told = invalid(root.get(&format!("{EVENTS}?kind=sample,smaple")), "/kind");
        assert!(text(&told["detail"]).contains("protocol"), "{told}");
        invalid(root.get(&format!("{EVENTS}?action=record.made")), "/action");
        let stream = |value: &str| {
            let request = root.request("GET", EVENTS).header("accept", "text/event-stream");
            request.header("last-event-id", value).send()
        };
        invalid(stream("x"), "/Last-Event-ID");
        invalid(stream("4000000000"), "/after");
        problem(lab.anonymous().get(EVENTS), 401);
        let token = lab.anonymous().bearer(&token_of(&root));
        token.get(&format!("{EVENTS}?kind=sample,,experiment&action=")).expect(200);
    }
}
