//! How records hang together.

use super::{SAMPLES, alloys, begin, change, made, matching, pointers, sample};
use crate::lab::{invalid, problem, project, text};
use crate::{Lab, fixture};
use omicron_tests::{Client, on_both};
use serde_json::{Value, json};

fn link(relation: &str, target: i64) -> Value {
    json!({"relation": relation, "target": target})
}

/// A sample that was derived from another one, and its id.
fn derived(client: &Client, title: &str, from: i64) -> i64 {
    let body = json!({"title": title, "links": [link("derived_from", from)]});
    begin(client, SAMPLES, &body)["id"].as_i64().unwrap()
}

/// The ids of a graph's nodes, and its edges as "source target".
fn graph(client: &Client, id: i64, query: &str) -> (Vec<i64>, Vec<String>, bool) {
    let graph = client.get(&format!("{SAMPLES}/{id}/graph{query}")).expect(200).json();
    let nodes = graph["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_i64().unwrap());
    let edge = |edge: &Value| format!("{} {}", edge["source"], edge["target"]);
    let edges = graph["edges"].as_array().unwrap().iter().map(edge);
    (nodes.collect(), edges.collect(), graph["truncated"].as_bool().unwrap())
}

fn part(nodes: &[i64], edges: &[&str], truncated: bool) -> (Vec<i64>, Vec<String>, bool) {
    (nodes.to_vec(), edges.iter().map(|&edge| edge.to_owned()).collect(), truncated)
}

/// 1 <- 2 <- 3 <- 4, and 5 comes of 2 as well.
fn family(lab: &Lab) -> Client {
    let ann = alloys(lab);
    sample(&ann, "Melt");
    for (title, from) in [("Ingot", 1), ("Bar", 2), ("Specimen", 3), ("Sheet", 2)] {
        derived(&ann, title, from);
    }
    ann
}

on_both! {
    fn a_link_leads_to_another_record_that_one_sees(lab: &Lab) {
        let (ann, bob) = (alloys(lab), lab.person("bob"));
        bob.post("/api/v1/projects", &project("Secret")).expect(201);
        let hidden = begin(&bob, "/api/v1/projects/secret/samples", &json!({"title": "Hidden"}));
        let href = sample(&ann, "Ingot");
        let own = ann.get(&href).json()["id"].as_i64().unwrap();
        let links = |links: Value| change(&ann, &href, 1, &json!({"links": links}));
        let refused = problem(links(json!([link("uses", own), link("uses", hidden["id"].as_i64().unwrap()),
                                           link("uses", 999)])), 400);
        let unseen = "must be the id of a record that you may see";
        assert_eq!(refused["errors"], json!([
            {"pointer": "/links/0/target", "message": "must not be the record itself"},
            {"pointer": "/links/1/target", "message": unseen},
            {"pointer": "/links/2/target", "message": unseen},
        ]), "what is hidden can't be told from what is not there");
        let named = json!({"title": "x", "links": [{"relation": "uses", "target": "#melt"}]});
        assert_eq!(pointers(ann.post(SAMPLES, &named)), ["/links/0/target"]);
        let other = sample(&ann, "Melt");
        let id = ann.get(&other).json()["id"].as_i64().unwrap();
        let twice = links(json!([link("uses", id), link("derived_from", id), link("uses", id)]));
        assert_eq!(twice.expect(200).json()["links"], json!([link("derived_from", id), link("uses", id)]));
        matching(&ann, "DELETE", &other, "*").expect(200);
        change(&ann, &href, 2, &json!({"links": [link("uses", id)]})).expect(200);
        let listed = ann.get(&format!("{SAMPLES}?linked_to={id}")).expect(200).json();
        assert_eq!(super::each(&listed["samples"], "title"), ["Ingot"]);
        for bad in ["x", "0", "-1", "1.5"] {
            invalid(ann.get(&format!("{SAMPLES}?linked_to={bad}")), "/linked_to");
        }
    }

    fn a_graph_shows_what_a_record_comes_from_and_what_came_of_it(lab: &Lab) {
        let ann = family(lab);
        let found = ann.get(&format!("{SAMPLES}/2/graph?depth=1&direction=outward")).expect(200).json();
        let node = |id: i64, title: &str| json!({
            "id": id, "kind": "sample", "project": 1, "title": title, "status": "available",
            "href": format!("/api/v1/projects/1/samples/{id}"),
        });
        assert_eq!(found, json!({
            "nodes": [node(1, "Melt"), node(2, "Ingot")],
            "edges": [{"source": 2, "relation": "derived_from", "target": 1}],
            "truncated": false,
        }));
        let all = part(&[1, 2, 3, 4, 5], &["2 1", "3 2", "4 3", "5 2"], false);
        assert_eq!(graph(&ann, 2, ""), all);
        assert_eq!(graph(&ann, 4, "?depth=20"), all);
        assert_eq!(graph(&ann, 4, "?direction=outward"), part(&[1, 2, 3, 4], &["2 1", "3 2", "4 3"], false));
        assert_eq!(graph(&ann, 4, "?direction=inward"), part(&[4], &[], false));
        assert_eq!(graph(&ann, 2, "?direction=inward"),
                   part(&[2, 3, 4, 5], &["3 2", "4 3", "5 2"], false));
    }

    fn a_graph_goes_as_far_as_it_is_asked_to_and_says_if_there_is_more(lab: &Lab) {
        let ann = family(lab);
        assert_eq!(graph(&ann, 1, "?depth=0"), part(&[1], &[], true));
        assert_eq!(graph(&ann, 1, "?depth=0&direction=outward"), part(&[1], &[], false));
        assert_eq!(graph(&ann, 1, "?depth=1"), part(&[1, 2], &["2 1"], true));
        assert_eq!(graph(&ann, 1, "?depth=2"), part(&[1, 2, 3, 5], &["2 1", "3 2", "5 2"], true));
        assert_eq!(graph(&ann, 1, "?depth=3"), part(&[1, 2, 3, 4, 5], &["2 1", "3 2", "4 3", "5 2"], false));
        for depth in ["21", "-1", "x", "1.5"] {
            invalid(ann.get(&format!("{SAMPLES}/1/graph?depth={depth}")), "/depth");
        }
        invalid(ann.get(&format!("{SAMPLES}/1/graph?direction=up")), "/direction");
        problem(ann.get(&format!("{SAMPLES}/99/graph")), 404);
    }

    fn records_that_hang_together_in_a_ring_are_each_shown_once(lab: &Lab) {
        let ann = family(lab);
        let href = format!("{SAMPLES}/1");
        change(&ann, &href, 1, &json!({"links": [link("succeeds", 4), link("refers_to", 2)]})).expect(200);
        let all = part(&[1, 2, 3, 4, 5], &["1 4", "1 2", "2 1", "3 2", "4 3", "5 2"], false);
        assert_eq!(graph(&ann, 3, "?depth=20"), all);
    }

    fn what_is_in_the_trash_is_no_part_of_a_graph(lab: &Lab) {
        let ann = family(lab);
        matching(&ann, "DELETE", &format!("{SAMPLES}/3"), "*").expect(200);
        assert_eq!(graph(&ann, 1, ""), part(&[1, 2, 5], &["2 1", "5 2"], false));
        assert_eq!(graph(&ann, 4, ""), part(&[4], &[], false));
        matching(&ann, "DELETE", &format!("{SAMPLES}/3/trashed"), "*").expect(200);
        assert_eq!(graph(&ann, 1, "").0.len(), 5);
    }

    fn a_graph_spans_projects_as_far_as_the_reader_sees_them(lab: &Lab) {
        let (ann, bob) = (family(lab), made(lab, "bob", "viewer"));
        ann.post("/api/v1/projects", &project("Own")).expect(201);
        let body = json!({"title": "Private", "links": [link("uses", 3), link("derived_from", 1)]});
        let private = begin(&ann, "/api/v1/projects/own/experiments", &body);
        let id = private["id"].as_i64().unwrap();
        let back = json!({"title": "Late", "links": [link("produced_by", id)]});
        let late = begin(&ann, SAMPLES, &back)["id"].as_i64().unwrap();
        let (nodes, edges, _) = graph(&ann, 3, "?depth=20");
        assert_eq!(nodes, [1, 2, 3, 4, 5, id, late]);
        assert_eq!(edges.len(), 7);
        // For Bob, there is neither that node nor an edge to it, nor a way through it.
        let seen = graph(&bob, 3, "?depth=20");
        assert_eq!(seen, part(&[1, 2, 3, 4, 5], &["2 1", "3 2", "4 3", "5 2"], false));
        assert_eq!(graph(&bob, late, "?depth=20"), part(&[late], &[], false));
        assert_eq!(graph(&bob, late, "?depth=0"), part(&[late], &[], false));
        problem(bob.get(&text(&private["href"])), 404);
        problem(bob.get(&format!("/api/v1/records/{id}")), 404);
        problem(bob.get(&format!("{}/graph", text(&private["href"]))), 404);
        // A token for one project sees no further either.
        let token = ann.post("/api/v1/tokens", &json!({"project": "alloys"})).expect(201).json();
        let narrow = lab.anonymous().bearer(&text(&token["token"]));
        assert_eq!(graph(&narrow, 3, "?depth=20"), seen);
        assert_eq!(lab.root().get(&format!("{SAMPLES}/3/graph")).json()["nodes"].as_array().unwrap().len(), 7);
    }
}
