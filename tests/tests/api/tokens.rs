//! `/token` and `/tokens`.

use crate::lab::{PASSWORD, invalid, problem, text, token_of};
use crate::{Lab, fixture};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use omicron_tests::on_both;
use serde_json::json;

on_both! {
    fn a_token_stands_for_its_owner_in_every_form(lab: &Lab) {
        let token = token_of(&lab.person("scott"));
        let forms = [
            format!("Basic {}", STANDARD.encode(format!("{token}:"))),
            format!("Basic {}", STANDARD.encode(&token)),
            format!("basic {}", STANDARD.encode(&token)),
            format!("Bearer {token}"),
            format!("bEARER {token}"),
            STANDARD.encode(format!("{token}:")),
        ];
        for form in forms {
            lab.anonymous().authorization(&form).get("/api/v1/users/scott").expect(200);
        }
    }

    fn a_password_is_read_without_a_scheme(lab: &Lab) {
        lab.person("scott");
        let bare = STANDARD.encode(format!("scott:{PASSWORD}"));
        lab.anonymous().authorization(&bare).post("/api/v1/token", &json!({})).expect(201);
    }

    fn what_is_no_credential_is_401_with_both_challenges(lab: &Lab) {
        let token = "00000000-0000-0000-0000-000000000000";
        let wrong = [
            "Basic !!!".to_owned(), "Digest x".to_owned(), "Bearer".to_owned(), "Bearer nonsense".to_owned(),
            format!("Bearer {token}"), format!("Basic {}", STANDARD.encode("root:wrong")),
            format!("Basic {}", STANDARD.encode("nobody:wrong")), format!("Basic {}", STANDARD.encode(b"\xff:\xff")),
            format!("Basic {}", STANDARD.encode("root:")),
        ];
        for header in wrong {
            let answer = lab.anonymous().authorization(&header).get("/api/v1/projects");
            let challenges = answer.headers_named("www-authenticate").join(", ");
            assert_eq!(challenges, r#"Basic realm="Omicron", charset="UTF-8", Bearer realm="Omicron""#);
            problem(answer, 401);
        }
        let detail = |name: &str| problem(lab.anonymous().basic(name, "wrong").get("/users"), 401)["detail"].clone();
        assert_eq!(detail("root"), detail("nobody"));
    }

    fn who_asks_for_less_gets_less_by_either_name(lab: &Lab) {
        let scott = lab.person("scott");
        for path in ["/api/v1/token", "/api/v1/tokens"] {
            let made = scott.post(path, &json!({"scopes": ["read"], "name": "Reader"})).expect(201).json();
            assert_eq!((&made["scopes"], &made["name"]), (&json!(["read"]), &json!("Reader")), "{path}");
            invalid(scott.post(path, &json!({"scopes": ["everything"]})), "/scopes/0");
        }
        let full = scott.post("/api/v1/tokens", &json!({})).expect(201).json()["scopes"].clone();
        for other in [json!({}), json!({"a": 1}), json!([{"scopes": ["read"]}]), json!("scopes")] {
            let made = scott.post("/api/v1/token", &other).expect(201).json();
            assert_eq!(made["scopes"], full, "{other}");
        }
    }

    fn a_token_lives_as_long_as_is_asked_for(lab: &Lab) {
        let scott = lab.person("scott");
        let made = scott.post("/api/v1/token?expiration=3600", &json!({})).expect(201).json();
        let listed = scott.get("/api/v1/tokens").expect(200).json();
        assert_eq!(listed["tokens"][0]["expiration_date"], made["expiration_date"]);
        assert!(listed["tokens"][0].get("token").is_none(), "{listed}");
        assert_eq!(text(&made["expiration_date"]).len(), 20);
        for expiration in ["0", "-1", "1.5", "soon", "", "99999999999999999999"] {
            invalid(scott.post(&format!("/api/v1/token?expiration={expiration}"), &json!({})), "/expiration");
        }
        let longest = scott.post("/api/v1/token?expiration=9223372036854775807", &json!({}));
        assert_eq!(text(&longest.expect(201).json()["expiration_date"]).len(), 20);
    }

    fn an_expired_token_is_refused(lab: &Lab) {
        let scott = lab.person("scott");
        let token = text(&scott.post("/api/v1/token?expiration=1", &json!({})).expect(201).json()["token"]);
        let by_token = lab.anonymous().bearer(&token);
        by_token.get("/api/v1/users/scott").expect(200);
        std::thread::sleep(std::time::Duration::from_millis(1100));
        problem(by_token.get("/api/v1/users/scott"), 401);
    }

    fn a_token_makes_no_other_token(lab: &Lab) {
        let token = token_of(&lab.person("scott"));
        problem(lab.anonymous().bearer(&token).post("/api/v1/token", &json!({})), 403);
    }

    fn a_token_ends_itself(lab: &Lab) {
        let scott = lab.person("scott");
        let (first, second) = (token_of(&scott), token_of(&scott));
        let by_token = lab.anonymous().bearer(&first);
        let gone = by_token.delete("/api/v1/token").expect(200).json();
        assert_eq!(gone, json!({"token_status": "deleted"}));
        problem(by_token.get("/api/v1/users/scott"), 401);
        lab.anonymous().bearer(&second).get("/api/v1/users/scott").expect(200);
    }

    fn a_password_ends_the_named_token_or_the_newest(lab: &Lab) {
        let scott = lab.person("scott");
        let tokens = [token_of(&scott), token_of(&scott), token_of(&scott)];
        scott.delete_json("/api/v1/token", &json!({"token": tokens[0]})).expect(200);
        problem(scott.delete_json("/api/v1/token", &json!({"token": tokens[0]})), 404);
        scott.delete("/api/v1/token").expect(200);
        let live = |token: &str| lab.anonymous().bearer(token).get("/api/v1/users/scott").status == 200;
        assert_eq!(tokens.each_ref().map(|token| live(token)), [false, true, false]);
        scott.delete("/api/v1/tokens").expect(200);
        problem(scott.delete("/api/v1/tokens"), 404);
        invalid(scott.delete_json("/api/v1/token", &json!({"token": "nonsense"})), "/token");
    }

    fn nobody_ends_the_token_of_someone_else(lab: &Lab) {
        let (ann, eve) = (lab.person("ann"), lab.person("eve"));
        let token = token_of(&ann);
        problem(eve.delete_json("/api/v1/token", &json!({"token": token})), 404);
        problem(eve.delete("/api/v1/token?username=ann"), 403);
        problem(eve.delete("/api/v1/token?username=nobody"), 403);
        lab.anonymous().bearer(&token).get("/api/v1/users/ann").expect(200);
    }

    fn an_administrator_ends_all_tokens_of_a_name_and_so_do_they_themselves(lab: &Lab) {
        let ann = lab.person("ann");
        for client in [lab.root(), ann.clone()] {
            let tokens = [token_of(&ann), token_of(&ann)];
            client.delete("/api/v1/token?username=ANN").expect(200);
            for token in tokens {
                problem(lab.anonymous().bearer(&token).get("/api/v1/users/ann"), 401);
            }
            problem(client.delete("/api/v1/token?username=ann"), 404);
        }
        problem(lab.root().delete("/api/v1/token?username=nobody"), 404);
        problem(lab.root().delete("/api/v1/token?username=1"), 404);
    }

    fn no_token_and_no_password_stands_in_the_log(lab: &Lab) {
        let token = token_of(&lab.person("scott"));
        lab.anonymous().bearer(&token).get("/api/v1/users/scott").expect(200);
        assert!(lab.logs("caller=scott"), "the caller is named: {}", lab.server.log());
        let log = lab.server.log();
        assert!(!log.contains(&token) && !log.contains(PASSWORD), "{log}");
    }
}
