//! Lists: pages, cursors, searches.

use crate::lab::{invalid, person, project, text};
use crate::{Lab, fixture};
use omicron_tests::on_both;
use omicron_tests::{Answer, Client};
use serde_json::Value;

fn with_people(lab: &Lab, names: &[&str]) -> Client {
    for name in names {
        lab.anonymous().post("/api/v1/users", &person(name)).expect(201);
    }
    lab.root()
}

fn names(answer: &Answer) -> Vec<String> {
    answer.json()["users"].as_array().unwrap().iter().map(|user| text(&user["username"])).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

on_both! {
    fn pages_are_numbered_and_linked(lab: &Lab) {
        let root = with_people(lab, &["a1", "a2", "a3", "a4"]);
        let page = root.get("/api/v1/users?items_per_page=2&page=2").expect(200);
        assert_eq!(names(&page), ["a2", "a3"]);
        let headers = ["page", "items_per_page", "count", "vary"].map(|name| page.header(name).unwrap());
        assert_eq!(&headers[..3], ["2", "2", "5"]);
        assert!(page.headers_named("vary").join(",").contains("Accept"), "{page}");
        let link = page.header("link").unwrap();
        for (relation, number) in [("first", 1), ("prev", 1), ("next", 3), ("last", 3)] {
            let expected = format!("</api/v1/users?page={number}&items_per_page=2>; rel=\"{relation}\"");
            assert!(link.contains(&expected), "{link}");
        }
        let beyond = root.get("/api/v1/users?page=100").expect(200);
        assert_eq!((names(&beyond).len(), beyond.header("count")), (0, Some("5")));
    }

    fn a_page_that_makes_no_sense_is_refused(lab: &Lab) {
        let root = lab.root();
        for query in ["page=0", "page=-1", "page=x", "page=1.5", "page=", "page=9223372036854775807&items_per_page=2",
                      "page=99999999999999999999"] {
            invalid(root.get(&format!("/api/v1/projects?{query}")), "/page");
        }
        for query in ["items_per_page=-5", "items_per_page=x"] {
            let answer = root.get(&format!("/api/v1/users?{query}"));
            assert_eq!(answer.status, 400, "{answer}");
        }
        let most = root.get("/api/v1/projects?items_per_page=5000").expect(200);
        assert_eq!(most.header("items_per_page"), Some("1000"));
        let defaults = root.get("/api/v1/projects").expect(200);
        assert_eq!((defaults.header("page"), defaults.header("items_per_page")), (Some("1"), Some("1000")));
    }

    fn a_search_takes_its_text_literally_in_any_case(lab: &Lab) {
        let root = with_people(lab, &["100%", "100x", "a_b", "aXb", "back\\slash", "\u{c9}cole", "Scott"]);
        let search = |query: &str, text: &str| {
            names(&root.get(&format!("/api/v1/users?{query}={}", encoded(text))).expect(200))
        };
        assert_eq!(search("contains", "0%"), ["100%"]);
        assert_eq!(search("contains", "A_B"), ["a_b"]);
        assert_eq!(search("ends_with", "\\SLASH"), ["back\\slash"]);
        assert_eq!(search("starts_with", "e\u{301}CO"), ["\u{c9}cole"]);
        assert_eq!(search("starts_with", "COTT"), [""; 0]);
        assert_eq!(search("contains", "cot"), ["Scott"]);
        assert_eq!(search("contains", "' OR 1=1 --"), [""; 0]);
        assert_eq!(search("contains", "").len(), 8, "an empty text is no filter");
        let both = root.get("/api/v1/users?starts_with=100&ends_with=x").expect(200);
        assert_eq!((names(&both), both.header("count")), (vec!["100x".to_owned()], Some("1")));
        let answer = root.get("/api/v1/users?contains=%00");
        invalid(answer, "/contains");
    }

    fn a_cursor_walks_through_all_while_others_write(lab: &Lab) {
        let root = lab.root();
        for number in 0..7 {
            root.post("/api/v1/projects", &project(&format!("p{number}"))).expect(201);
        }
        let mut seen = Vec::new();
        let mut next = Some("/api/v1/projects?limit=3".to_owned());
        while let Some(at) = next {
            let part = root.get(&at).expect(200);
            let body = part.json();
            let projects = body["projects"].as_array().unwrap();
            seen.extend(projects.iter().map(|project: &Value| text(&project["name"])));
            if seen.len() == 3 {
                root.delete("/api/v1/projects/p1").expect(200);
            }
            next = part.header("link").map(|link| {
                link.strip_prefix('<').unwrap().split_once(">; rel=\"next\"").unwrap().0.to_owned()
            });
        }
        assert_eq!(seen, ["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
        invalid(root.get("/api/v1/projects?cursor=nonsense!"), "/cursor");
        invalid(root.get("/api/v1/projects?cursor=MA&page=2"), "/cursor");
        invalid(root.get("/api/v1/projects?limit=0"), "/limit");
    }

    fn only_an_administrator_asks_for_people_by_status(lab: &Lab) {
        let ann = lab.person("ann");
        crate::lab::problem(ann.get("/api/v1/users?status=pending"), 403);
        assert_eq!(names(&lab.root().get("/api/v1/users?status=active").expect(200)), ["root", "ann"]);
        invalid(lab.root().get("/api/v1/users?status=gone"), "/status");
    }
}
