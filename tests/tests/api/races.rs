//! The same thing asked for at the same time: exactly one of each, and nobody is told what is not so.

use crate::lab::{PASSWORD, project, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Client, on_both};
use serde_json::json;

/// What `count` callers are answered who ask at once.
fn at_once(count: usize, ask: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    let barrier = std::sync::Barrier::new(count);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                let (ask, barrier) = (&ask, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    ask(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

fn change(client: &Client, current: &str, new: &str) -> Answer {
    let body = json!({"current_password": current, "new_password": new});
    client.put("/api/v1/users/ann/password", &body)
}

on_both! {
    fn of_many_with_one_name_one_is_made(lab: &Lab) {
        let ann = lab.person("ann");
        let answers = at_once(8, |_| ann.post("/api/v1/projects", &project("Alloys")));
        assert_eq!(statuses(&answers), [201, 422, 422, 422, 422, 422, 422, 422]);
    }

    fn a_token_ends_once(lab: &Lab) {
        let ann = lab.person("ann");
        let token = token_of(&ann);
        let body = json!({"token": token});
        let answers = at_once(6, |_| ann.delete_json("/api/v1/token", &body));
        assert_eq!(statuses(&answers), [200, 404, 404, 404, 404, 404]);
    }

    fn of_many_new_passwords_the_one_that_was_acknowledged_is_valid(lab: &Lab) {
        let ann = lab.person("ann");
        let answers = at_once(4, |number| change(&ann, PASSWORD, &format!("new-{number}")));
        let acknowledged: Vec<_> = (0..4).filter(|number| answers[*number].status == 204).collect();
        assert_eq!(acknowledged.len(), 1, "{:?}", statuses(&answers));
        let password = format!("new-{}", acknowledged[0]);
        lab.anonymous().basic("ann", &password).get("/api/v1/projects").expect(200);
    }

    fn no_token_of_an_old_password_outlives_it(lab: &Lab) {
        let ann = lab.person("ann");
        ann.get("/api/v1/projects").expect(200);
        let answers = at_once(9, |number| match number {
            0 => change(&ann, PASSWORD, "lion"),
            _ => ann.post("/api/v1/token", &json!({})),
        });
        assert_eq!(answers[0].status, 204, "{}", answers[0]);
        for made in answers.iter().skip(1).filter(|answer| answer.status == 201) {
            let token = crate::lab::text(&made.json()["token"]);
            let answer = lab.anonymous().bearer(&token).get("/api/v1/projects");
            assert_eq!(answer.status, 401, "{answer}");
        }
    }

    fn changes_without_a_condition_wait_for_each_other(lab: &Lab) {
        let ann = lab.person("ann");
        ann.post("/api/v1/projects", &project("Alloys")).expect(201);
        let answers = at_once(16, |number| {
            ann.patch("/api/v1/projects/alloys", &json!({"description": format!("{number}")}), &[])
        });
        assert_eq!(statuses(&answers), [200; 16]);
        let answers = at_once(16, |number| {
            ann.patch("/api/v1/users/ann", &json!({"email": format!("{number}@example.org")}), &[])
        });
        assert_eq!(statuses(&answers), [200; 16]);
    }
}
