//! Templates: who makes them, and what a change asks of the records that follow.

use crate::records::{four, place, pointers, titled};
use crate::support::{Lab, assert_refused, lab as fixture, parsed};
use omicron_auth::Caller;
use omicron_domain::{
    Lifecycle, Page, Permission, ProjectId, RecordKind, Template, TemplateDraft, TemplateId,
};
use omicron_service::Error;
use omicron_service::projects::Which;
use omicron_service::records::{self, Base, Change, Item};
use omicron_service::templates::{self, Existing};
use omicron_tests::on_both;
use serde_json::json;

const SAMPLE: RecordKind = RecordKind::Sample;

fn draft(name: &str, schema: &str) -> TemplateDraft {
    let lifecycle = Lifecycle::of(SAMPLE);
    TemplateDraft { name: parsed(name), schema: schema.to_owned(), body: parsed(""), lifecycle }
}

impl Lab {
    fn make_template(
        &self,
        by: &Caller,
        project: Option<ProjectId>,
        draft: &TemplateDraft,
    ) -> Result<Template, Error> {
        let which = project.map(Which::Id);
        self.write(by, |tx| templates::create(tx, by, which.as_ref(), SAMPLE, draft))
    }

    fn restate(
        &self,
        by: &Caller,
        id: TemplateId,
        schema: &str,
        existing: Existing,
    ) -> Result<Template, Error> {
        let change = |draft: TemplateDraft| TemplateDraft { schema: schema.to_owned(), ..draft };
        self.write(by, |tx| templates::change(tx, by, id, &Base::Any, &change, existing))
    }
}

on_both! {
    fn those_who_look_after_a_project_make_its_templates(lab: &Lab) {
        let (id, [ann, bob, _, eve]) = four(lab);
        let root = lab.administrator("root");
        let own = lab.make_template(&ann, Some(id), &draft("Melt", "{}")).unwrap();
        let shared = lab.make_template(&root, None, &draft("Melt", "{}")).unwrap();
        assert_refused!(lab.make_template(&bob, Some(id), &draft("x", "{}")), Error::Forbidden(Permission::ManageTemplates));
        assert_refused!(lab.make_template(&eve, Some(id), &draft("x", "{}")), Error::NotFound("project"));
        assert_refused!(lab.make_template(&ann, None, &draft("x", "{}")), Error::Forbidden(Permission::ManageSharedTemplates));
        let change = |by: &Caller, id| lab.restate(by, id, r#"{"type":"object"}"#, Existing::Follow);
        assert_refused!(change(&bob, own.id), Error::Forbidden(Permission::ManageTemplates));
        assert_refused!(change(&eve, own.id), Error::NotFound("template"));
        assert_refused!(change(&ann, shared.id), Error::Forbidden(Permission::ManageSharedTemplates));
        let retire = |by: &Caller, id, base: &Base| {
            lab.write(by, |tx| templates::set_retired(tx, by, id, base, true))
        };
        assert_refused!(retire(&ann, shared.id, &Base::Any), Error::Forbidden(Permission::ManageSharedTemplates));
        assert_refused!(retire(&ann, own.id, &Base::Unsaid), Error::Unbased);
        assert_refused!(retire(&ann, own.id, &Base::Versions(vec![2])), Error::Outdated { version: 1, .. });
        assert!(retire(&root, shared.id, &Base::Any).unwrap().date_retired.is_some());
        lab.archive(id);
        assert_refused!(change(&ann, own.id), Error::Archived);
    }

    fn what_has_changed_in_a_template_is_told_to_who_has_not_seen_it(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        let made = lab.make_template(&ann, Some(id), &draft("Melt", "{}")).unwrap();
        let set = |base: &Base, retired| {
            lab.attempt(&ann, |tx| templates::set_retired(tx, &ann, made.id, base, retired))
        };
        lab.restate(&ann, made.id, r#"{"type":"object"}"#, Existing::Follow).unwrap();
        assert_refused!(set(&Base::Versions(vec![1]), true), Error::Outdated { version: 2, changes }
            if changes.len() == 1 && changes[0].pointer == "/schema/type" && changes[0].to == Some(json!("object")));
        let retire = |retired| lab.write(&ann, |tx| templates::set_retired(tx, &ann, made.id, &Base::Any, retired)).unwrap();
        let retired = retire(true);
        assert_eq!((retired.version, retired.line), (3, 1));
        assert_eq!(retire(true), retired);
        let change = |draft: TemplateDraft| TemplateDraft { name: parsed("Alloy"), ..draft };
        let unseen = lab.attempt(&ann, |tx| {
            templates::change(tx, &ann, made.id, &Base::Versions(vec![2]), &change, Existing::Follow)
        });
        assert_refused!(unseen, Error::Outdated { version: 3, changes }
            if changes.len() == 1 && changes[0].pointer == "/date_retired");
        assert_eq!(retire(false).version, 4);
        let second = lab.read(&ann, |view| templates::find(view, made.id, Some(2))).unwrap();
        assert_eq!(second.draft, retired.draft);
    }

    fn a_version_of_another_lifecycle_comes_back_in_a_status_that_it_has(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let mut other = draft("Melt", "{}");
        other.lifecycle.statuses = vec![parsed("raw"), parsed("pure")];
        other.lifecycle.moves.clear();
        let made = lab.make_template(&ann, Some(id), &other).unwrap();
        let of = |template| Change { template: Some(template), ..titled("Ingot") };
        let at = place(id, &lab.begin_record(&bob, id, &of(Some(made.id))).unwrap());
        lab.change_record(&bob, &at, &Change { status: Some(parsed("available")), ..of(None) }).unwrap();
        let back = |status: Option<&str>| {
            lab.write(&bob, |tx| records::revert(tx, &bob, &at, &Base::Any, (1, status.map(parsed))))
        };
        assert_eq!(pointers(back(None)), ["/status"]);
        assert_eq!(pointers(back(Some("pure"))), ["/status"], "no move leads there");
        let again = back(Some("raw")).unwrap().record.content;
        assert_eq!((again.status.as_str(), again.template.map(|version| version.template)), ("raw", Some(made.id)));
    }

    fn what_would_do_harm_or_makes_no_sense_is_no_template(lab: &Lab) {
        let (id, [ann, ..]) = four(lab);
        for schema in [r#"{"type":7}"#, r#"{"$ref":"http://x"}"#, r##"{"$ref":"#"}"##] {
            assert_eq!(pointers(lab.make_template(&ann, Some(id), &draft("x", schema))), ["/schema"], "{schema}");
        }
        let mut twice = draft("x", "{}");
        twice.lifecycle.statuses.push(parsed("AVAILABLE"));
        assert_eq!(pointers(lab.make_template(&ann, Some(id), &twice)), ["/lifecycle/statuses/3"]);
        let made = lab.make_template(&ann, Some(id), &draft("x", "{}")).unwrap();
        assert_eq!(pointers(lab.restate(&ann, made.id, r#"{"type":7}"#, Existing::Keep)), ["/schema"]);
    }

    fn records_follow_a_change_or_stay_with_their_line(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let made = lab.make_template(&ann, Some(id), &draft("Melt", "{}")).unwrap();
        let with = |mass: serde_json::Value| {
            let data = Some(json!({"mass": mass}).as_object().cloned());
            Change { template: Some(Some(made.id)), data, ..titled("Ingot") }
        };
        let first = lab.begin_record(&bob, id, &with(json!("much"))).unwrap();
        let schema = r#"{"properties":{"mass":{"type":"number"}}}"#;
        let refused = lab.restate(&ann, made.id, schema, Existing::Follow);
        assert_refused!(refused, Error::Unsatisfied { records, more: false }
            if records.len() == 1 && records[0].0 == first.record.id && records[0].1[0].pointer == "/data/mass");
        let kept = lab.restate(&ann, made.id, schema, Existing::Keep).unwrap();
        assert_eq!((kept.version, kept.line), (2, 2));
        assert_eq!(pointers(lab.begin_record(&bob, id, &with(json!("x")))), ["/data/mass"]);
        let data = Some(json!({"mass": "more"}).as_object().cloned());
        lab.change_record(&bob, &place(id, &first), &Change { data, ..Change::default() }).unwrap();
        let second = lab.begin_record(&bob, id, &with(json!(1))).unwrap();
        assert_eq!(second.document.template.unwrap().line, 2);
        let next = lab.restate(&ann, made.id, r#"{"required":["mass"]}"#, Existing::Follow).unwrap();
        assert_eq!((next.version, next.line), (3, 2));
        assert_eq!(lab.restate(&ann, made.id, r#"{"required":["mass"]}"#, Existing::Keep).unwrap(), next);
        let version = |version| lab.read(&ann, |view| templates::find(view, made.id, Some(version)));
        assert_eq!(version(2).unwrap().draft.schema, schema);
        assert_refused!(version(4), Error::NotFound("template"));
    }

    fn a_hundred_records_that_would_not_satisfy_it_are_told(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let made = lab.make_template(&ann, Some(id), &draft("Melt", "{}")).unwrap();
        let one = Change { template: Some(Some(made.id)), ..titled("Ingot") };
        let begin = |count| {
            let items = vec![Item::Create { kind: SAMPLE, name: None, draft: one.clone() }; count];
            lab.write(&bob, |tx| records::bulk(tx, &bob, &Which::Id(id), &items, false)).unwrap();
        };
        let told = || match lab.restate(&ann, made.id, r#"{"required":["mass"]}"#, Existing::Follow) {
            Err(Error::Unsatisfied { records, more }) => (records.len(), more),
            other => panic!("{other:?}"),
        };
        begin(100);
        assert_eq!(told(), (100, false));
        begin(1);
        assert_eq!(told(), (100, true));
    }

    fn a_status_that_goes_matters_even_if_the_schema_stays(lab: &Lab) {
        let (id, [ann, bob, ..]) = four(lab);
        let made = lab.make_template(&ann, Some(id), &draft("Melt", "{}")).unwrap();
        let change = Change { template: Some(Some(made.id)), status: Some(parsed("in use")), ..titled("Ingot") };
        lab.begin_record(&bob, id, &change).unwrap();
        let without = |status: &'static str| {
            let change = move |mut draft: TemplateDraft| {
                draft.lifecycle.statuses.retain(|one| one.as_str() != status);
                draft.lifecycle.moves.clear();
                draft
            };
            lab.attempt(&ann, |tx| templates::change(tx, &ann, made.id, &Base::Any, &change, Existing::Follow))
        };
        assert_refused!(without("in use"), Error::Unsatisfied { records, .. } if records[0].1[0].pointer == "/status");
        without("consumed").unwrap();
    }

    fn one_sees_shared_templates_and_those_of_ones_projects(lab: &Lab) {
        let (id, [ann, _, carl, eve]) = four(lab);
        let root = lab.administrator("root");
        lab.make_template(&root, None, &draft("Shared", "{}")).unwrap();
        let own = lab.make_template(&ann, Some(id), &draft("Own", "{}")).unwrap();
        let secret = lab.project("Secret", &eve).project.id;
        lab.make_template(&eve, Some(secret), &draft("Hidden", "{}")).unwrap();
        let names = |by: &Caller, project: Option<ProjectId>| {
            let which = project.map(Which::Id);
            let listed = lab.read(by, |view| {
                templates::list(view, which.as_ref(), Some(SAMPLE), false, Page::default())
            });
            listed.map(|found| found.items.into_iter().map(|one| one.draft.name.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(names(&carl, None).unwrap(), ["Shared", "Own"]);
        assert_eq!(names(&eve, None).unwrap(), ["Shared", "Hidden"]);
        assert_eq!(names(&root, None).unwrap(), ["Shared", "Own", "Hidden"]);
        assert_eq!(names(&root, Some(secret)).unwrap(), ["Shared", "Hidden"]);
        assert_refused!(names(&carl, Some(secret)), Error::NotFound("project"));
        assert_refused!(lab.read(&eve, |view| templates::find(view, own.id, None)), Error::NotFound("template"));
        let draft = Change { template: Some(Some(own.id)), ..titled("x") };
        assert_eq!(pointers(lab.write(&eve, |tx| records::create(tx, &eve, &Which::Id(secret), SAMPLE, &draft))),
                   ["/template"]);
    }
}
