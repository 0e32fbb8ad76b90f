//! Ten thousand records in one request. Run with `--ignored`, and `--nocapture` to see how long it took.

use super::{BULK, SAMPLES, alloys};
use crate::lab::{PASSWORD, problem};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MANY: usize = 10_000;

/// The items: each is derived from the first, and says something that its template asks for.
fn items(template: &Value) -> Vec<Value> {
    let mut items = vec![json!({"kind": "sample", "ref": "melt", "record": {"title": "Melt"}})];
    items.extend((1..MANY).map(|number| {
        json!({"kind": "sample", "record": {
            "title": format!("Ingot {number}"), "template": template, "tags": ["cast", format!("n{}", number % 7)],
            "data": {"mass": 12.5, "number": number}, "people": ["ann"],
            "links": [{"relation": "derived_from", "target": "#melt"}],
        }})
    }));
    items
}

on_both! {
    #[ignore = "takes a while in a debug build: see the module"]
    fn of_ten_thousand_one_bad_one_keeps_all_out_and_then_all_are_in(lab: &Lab) {
        let ann = alloys(lab);
        let patient = Client::patient(lab.server.base_url(), Duration::from_mins(10)).basic("ann", PASSWORD);
        let template = json!({
            "kind": "sample", "name": "Ingot", "project": "alloys",
            "schema": {"properties": {"mass": {"type": "number"}}, "required": ["mass"]},
        });
        let template = ann.post("/api/v1/templates", &template).expect(201).json()["id"].clone();
        let mut items = items(&template);
        let count = || ann.get(&format!("{SAMPLES}?limit=1")).expect(200).json()["total"].clone();
        let timed = |name: &str, items: &[Value], address: &str| {
            let begun = Instant::now();
            let answer = patient.post(address, &json!({"items": items}));
            println!("{name}: {:?} ({})", begun.elapsed(), lab.database.url().split(':').next().unwrap());
            answer
        };
        let good = items[9_876].clone();
        items[9_876]["record"]["data"] = json!({"mass": "much"});
        let refused = problem(timed("one is bad", &items, BULK), 400);
        assert_eq!(refused["errors"].as_array().unwrap().len(), 1);
        assert_eq!(refused["errors"][0]["pointer"], "/items/9876/record/data/mass");
        assert_eq!(count(), json!({"count": 0, "more": false}));
        items[9_876] = good;
        let tried = timed("tried", &items, &format!("{BULK}?dry_run=true")).expect(200);
        assert_eq!(tried.json()["items"].as_array().unwrap().len(), MANY);
        assert_eq!(count()["count"], 0);
        let done = timed("done", &items, BULK).expect(200);
        assert_eq!(done.json()["items"].as_array().unwrap().len(), MANY);
        assert_eq!(count(), json!({"count": MANY, "more": false}));
        super::sample(&ann, "One more");
        assert_eq!(count(), json!({"count": MANY, "more": true}));
    }
}
