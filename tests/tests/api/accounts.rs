//! What people change of their own accounts.

use crate::lab::{PASSWORD, invalid, problem, token_of};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use serde_json::json;

on_both! {
    fn a_person_changes_their_email_and_nobody_elses(lab: &Lab) {
        let (ann, eve) = (lab.person("ann"), lab.person("eve"));
        let tag = ann.get("/api/v1/users/ann").header("etag").unwrap().to_owned();
        let patch = |client: &omicron_tests::Client, email: &str, tag: &str| {
            client.patch("/api/v1/users/ann", &json!({"email": email}), &[("if-match", tag)])
        };
        let changed = patch(&ann, "new@example.org", &tag).expect(200);
        assert_eq!(changed.json()["email"], "new@example.org");
        problem(patch(&ann, "newer@example.org", &tag), 412);
        problem(patch(&eve, "evil@example.org", "*"), 403);
        patch(&lab.root(), "by-root@example.org", "*").expect(200);
        invalid(patch(&ann, "nowhere", "*"), "/email");
        let with_more = json!({"email": "a@b.org", "administrator": true});
        invalid(ann.patch("/api/v1/users/ann", &with_more, &[]), "/administrator");
        assert_eq!(ann.get("/api/v1/users/ann").json()["email"], "by-root@example.org");
    }

    fn a_new_password_ends_the_old_one_and_all_tokens(lab: &Lab) {
        let ann = lab.person("ann");
        let token = lab.anonymous().bearer(&token_of(&ann));
        let change = |current: &str, new: &str| json!({"current_password": current, "new_password": new});
        invalid(ann.put("/api/v1/users/ann/password", &change("wrong", "lion")), "/current_password");
        invalid(ann.put("/api/v1/users/ann/password", &change(PASSWORD, "")), "/new_password");
        problem(ann.put("/api/v1/users/root/password", &change(PASSWORD, "lion")), 403);
        ann.put("/api/v1/users/ann/password", &change(PASSWORD, "lion")).expect(204);
        problem(ann.get("/api/v1/users/ann"), 401);
        problem(token.get("/api/v1/users/ann"), 401);
        lab.anonymous().basic("ann", "lion").get("/api/v1/users/ann").expect(200);
    }
}
