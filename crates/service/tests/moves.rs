//! Statuses and templates: where a record may move, and what must stand in it then.

use crate::records::{four, place, pointers, titled, told};
use crate::support::{Lab, lab as fixture, parsed};
use omicron_auth::Caller;
use omicron_domain::{
    Lifecycle, MemberRole, Move, ProjectId, RecordKind, Template, TemplateDraft, TemplateId,
};
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change};
use omicron_service::templates;
use omicron_tests::on_both;
use serde_json::{Value, json};

const SAMPLE: RecordKind = RecordKind::Sample;

fn status(text: &str) -> Change {
    Change { status: Some(parsed(text)), ..Change::default() }
}

fn following(template: TemplateId, data: &Value) -> Change {
    let data = Some(data.as_object().cloned());
    Change { template: Some(Some(template)), data, ..titled("Ingot") }
}

fn way(from: &str, to: &str, by: MemberRole, filled: &[&str]) -> Move {
    let filled = filled.iter().map(|&at| at.to_owned()).collect();
    Move { from: parsed(from), to: parsed(to), by, filled }
}

impl Lab {
    pub fn template_of(&self, by: &Caller, project: ProjectId, moves: Vec<Move>) -> Template {
        let statuses = ["a", "b", "c"].map(parsed).to_vec();
        let lifecycle = Lifecycle { statuses, moves };
        let (name, schema) = (parsed("Melt"), r#"{"required":["mass"]}"#.to_owned());
        let draft = TemplateDraft { name, schema, body: parsed("# Notes"), lifecycle };
        let which = Which::Id(project);
        self.write(by, |tx| templates::create(tx, by, Some(&which), SAMPLE, &draft)).unwrap()
    }
}

on_both! {
    fn a_move_takes_the_role_and_what_must_be_filled(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let moves = vec![
            way("a", "b", MemberRole::Member, &["/data/yield", "/tags"]),
            way("b", "c", MemberRole::Maintainer, &[]),
            way("b", "a", MemberRole::Maintainer, &["/end"]),
        ];
        let template = lab.template_of(&ann, id, moves);
        let draft = following(template.id, &json!({"mass": 1}));
        let made = lab.begin_record(&bob, id, &draft).unwrap();
        assert_eq!((made.document.status.as_str(), made.document.body.as_str()), ("a", "# Notes"));
        let at = place(id, &made);
        assert_eq!(pointers(lab.change_record(&bob, &at, &status("b"))), ["/data/yield", "/tags"]);
        let tags = Some(vec![parsed("hot")]);
        assert_eq!(pointers(lab.change_record(&bob, &at, &Change { tags: tags.clone(), ..status("b") })), ["/data/yield"]);
        let data = Some(json!({"yield": 0}).as_object().cloned());
        lab.change_record(&bob, &at, &Change { tags, data, ..status("b") }).unwrap();
        assert_eq!(lab.change_record(&bob, &at, &status("b")).unwrap().record.version, 2, "it is there already");
        assert_eq!(pointers(lab.change_record(&bob, &at, &status("c"))), ["/status"]);
        assert_eq!(pointers(lab.change_record(&ann, &at, &status("a"))), ["/end"]);
        lab.change_record(&ann, &at, &status("c")).unwrap();
        // Where a record begins, it may always be.
        let fresh = Change { status: Some(parsed("a")), ..draft.clone() };
        lab.begin_record(&bob, id, &fresh).unwrap();
        assert_eq!(pointers(lab.begin_record(&bob, id, &Change { status: Some(parsed("c")), ..draft })), ["/status"]);
    }

    fn what_is_empty_is_not_filled(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let names = ["text", "list", "map", "nothing", "missing", "number", "switch"];
        let filled: Vec<String> = names.iter().map(|name| format!("/data/{name}")).collect();
        let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
        let template = lab.template_of(&ann, id, vec![way("a", "b", MemberRole::Member, &filled)]).id;
        let empty = json!({
            "mass": 1, "text": " \t", "list": [], "map": {}, "nothing": null, "number": 0, "switch": false,
        });
        let at = place(id, &lab.begin_record(&bob, id, &following(template, &empty)).unwrap());
        assert_eq!(pointers(lab.change_record(&bob, &at, &status("b"))), filled[..5]);
        let full = json!({"text": "x", "list": [null], "map": {"a": false}, "nothing": 0, "missing": ""});
        let with = |data: &Value| Change { data: Some(data.as_object().cloned()), ..status("b") };
        assert_eq!(pointers(lab.change_record(&bob, &at, &with(&full))), ["/data/missing"]);
        lab.change_record(&bob, &at, &Change { status: None, ..with(&full) }).unwrap();
        lab.change_record(&bob, &at, &with(&json!({"missing": "here"}))).unwrap();
    }

    fn whoever_comes_from_elsewhere_takes_the_way_that_asks_least(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let moves = vec![
            way("a", "b", MemberRole::Member, &["/data/yield", "/tags"]),
            way("c", "b", MemberRole::Member, &["/data/yield"]),
            way("a", "c", MemberRole::Maintainer, &[]),
        ];
        let template = lab.template_of(&ann, id, moves).id;
        let begin = |by: &Caller, to: &str, data: &Value| {
            let draft = Change { status: Some(parsed(to)), ..following(template, data) };
            lab.attempt(by, |tx| records::create(tx, by, &Which::Id(id), SAMPLE, &draft))
        };
        let mass = json!({"mass": 1});
        assert_eq!(pointers(begin(&bob, "b", &mass)), ["/data/yield"]);
        begin(&bob, "b", &json!({"mass": 1, "yield": 2})).unwrap();
        assert_eq!(told(begin(&bob, "c", &mass)), "/status may be given by a maintainer or the owner alone");
        for by in [&ann, &lab.administrator("root")] {
            begin(by, "c", &mass).unwrap();
        }
        assert_eq!(told(begin(&ann, "d", &mass)), "/status must be one of the statuses of its lifecycle: a, b, c");
        // So it is with a record that has followed other rules.
        let at = place(id, &lab.begin_record(&bob, id, &titled("Bar")).unwrap());
        let into = |to: Option<&str>| {
            let change = Change { status: to.map(parsed), ..following(template, &mass) };
            lab.attempt(&bob, |tx| records::change(tx, &bob, &at, &Base::Any, &change))
        };
        assert_eq!(told(into(None)), "/status must be one of a, b, c: give it one of them");
        assert_eq!(pointers(into(Some("b"))), ["/data/yield"]);
        into(Some("a")).unwrap();
    }

    fn a_record_begins_to_follow_a_template_that_is_for_it_and_in_use(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let template = lab.template_of(&ann, id, vec![]).id;
        let mass = json!({"mass": 1});
        let begun = |kind| {
            let draft = following(template, &mass);
            told(lab.attempt(&bob, |tx| records::create(tx, &bob, &Which::Id(id), kind, &draft)))
        };
        assert_eq!(begun(RecordKind::Protocol), "/template must be a template for a protocol: it is one for a sample");
        let at = place(id, &lab.begin_record(&bob, id, &following(template, &mass)).unwrap());
        lab.write(&ann, |tx| templates::set_retired(tx, &ann, template, &Base::Any, true)).unwrap();
        assert_eq!(begun(SAMPLE), "/template is retired: take another one");
        // Whoever follows it already, goes on, and has to satisfy it.
        lab.change_record(&bob, &at, &titled("Bar")).unwrap();
        let data = |data| Change { data: Some(data), ..Change::default() };
        assert_eq!(pointers(lab.change_record(&bob, &at, &data(None))), ["/data/mass"]);
        let without = Change { template: Some(None), status: Some(parsed("available")), ..data(None) };
        let left = lab.change_record(&bob, &at, &without).unwrap().document;
        assert_eq!((left.template, left.data), (None, json!({})));
    }
}
