//! What happens, as it is told to those who keep up with it.

use crate::records::{four, titled};
use crate::support::{Lab, assert_refused, lab as fixture, parsed, within};
use omicron_auth::Caller;
use omicron_domain::{EventFilter, ProjectId, Viewer};
use omicron_persistence::feed::Filter;
use omicron_persistence::users;
use omicron_service::feed::{self, News, Told};
use omicron_service::projects::Which;
use omicron_service::{Error, comments};
use omicron_tests::on_both;

impl Lab {
    fn news(
        &self,
        by: &Caller,
        position: i64,
        filter: &Filter,
        limit: usize,
    ) -> Result<News, Error> {
        self.read(by, |view| feed::after(view, position, filter, limit))
    }
}

fn about(project: ProjectId, kinds: &[&str]) -> Filter {
    let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
    let events = EventFilter { kinds, actions: Vec::new() };
    Filter { project: Some(project), events }
}

/// What was done, and by whom.
fn line(told: &Told) -> (&str, Option<&str>) {
    let actor = told.actor.as_ref().map(|(id, name)| {
        assert_eq!(told.entry.actor, Some(*id));
        name.as_str()
    });
    (told.entry.action.as_str(), actor)
}

fn said(news: &News) -> Vec<(&str, Option<&str>)> {
    news.events.iter().map(line).collect()
}

on_both! {
    fn it_is_told_what_happened_and_what_those_who_did_it_are_called_now(lab: &Lab) {
        let (id, [ann, bob, carl, eve]) = four(lab);
        let made = lab.begin_record(&bob, id, &titled("Ingot")).unwrap();
        let at = crate::records::place(id, &made);
        lab.write(&carl, |tx| comments::add(tx, &carl, &at, &parsed("Fine."))).unwrap();
        lab.change_record(&ann, &at, &titled("Bar")).unwrap();
        let last = lab.sealed();
        let news = lab.news(&carl, 0, &about(id, &["sample", "comment", "project"]), 100).unwrap();
        let all = [
            ("project.created", None),
            ("project.member_added", None),
            ("project.member_added", None),
            ("record.created", Some("bob")),
            ("comment.added", Some("carl")),
            ("record.changed", Some("ann")),
        ];
        assert_eq!((said(&news), news.next, news.last), (all.to_vec(), last, last));
        // In parts, each of which goes on where the one before ended.
        let filter = about(id, &["sample", "comment"]);
        let first = lab.news(&carl, 0, &filter, 2).unwrap();
        assert_eq!((said(&first), first.last), (all[3..5].to_vec(), last));
        assert_eq!(first.next, first.events[1].entry.position);
        let rest = lab.news(&carl, first.next, &filter, 2).unwrap();
        assert_eq!((said(&rest), rest.next), (all[5..].to_vec(), last));
        assert_eq!(lab.news(&eve, 0, &filter, 100).unwrap().events, [], "it is not theirs to see");

        let gone = lab.prepare(|tx| users::anonymise(tx, bob.user.id)).username;
        let news = lab.news(&carl, 0, &about(id, &["sample"]), 1).unwrap();
        assert_eq!(said(&news), [("record.created", Some(gone.as_str()))]);
    }

    fn nobody_goes_on_after_a_position_that_is_still_to_come(lab: &Lab) {
        let (_, [ann, ..]) = four(lab);
        let last = lab.sealed();
        let all = Filter::default();
        let at_the_end = lab.news(&ann, last, &all, 10).unwrap();
        assert_eq!((at_the_end.events.len(), at_the_end.next, at_the_end.last), (0, last, last));
        assert_refused!(lab.news(&ann, last + 1, &all, 10), Error::BeyondTheLast { last: it } if it == last);
        let begin = |asked| lab.read(&ann, |view| feed::beginning(view, asked));
        assert_eq!(begin(None).unwrap(), last, "at the present");
        for asked in [0, 1, last] {
            assert_eq!(begin(Some(asked)).unwrap(), asked);
        }
        assert_refused!(begin(Some(last + 1)), Error::BeyondTheLast { last: it } if it == last);
    }

    fn what_many_share_is_told_whole_and_each_sees_their_part_of_it(lab: &Lab) {
        let (id, [_, bob, ..]) = four(lab);
        let before = lab.sealed();
        lab.begin_record(&bob, id, &titled("Ingot")).unwrap();
        lab.begin_record(&bob, id, &titled("Bar")).unwrap();
        let last = lab.sealed();
        let between = |from, to| {
            let told = lab.db.read(Viewer::Nobody, |view| feed::between(view, from, to)).unwrap();
            told.iter().map(|told| told.entry.position).collect::<Vec<_>>()
        };
        assert_eq!(between(0, last), (1..=last).collect::<Vec<_>>());
        assert_eq!(between(before, last), [last - 1, last]);
        assert_eq!(between(last - 1, last - 1), [0; 0]);
        let told = lab.db.read(Viewer::Nobody, |view| feed::between(view, last - 1, last)).unwrap();
        assert_eq!(told[0].actor, Some((bob.user.id, bob.user.username)));
    }

    fn one_keeps_up_with_a_project_that_one_sees(lab: &Lab) {
        let (id, [ann, _, carl, eve]) = four(lab);
        let about = |by: &Caller, which: &Which| lab.read(by, |view| feed::about(view, which));
        assert_eq!(about(&carl, &Which::Name(parsed("ALLOYS"))).unwrap(), id);
        assert_refused!(about(&eve, &Which::Id(id)), Error::NotFound("project"));
        let other = lab.project("Steels", &ann).project.id;
        let limited = lab.with_token(&ann, 1, within(other));
        assert_refused!(about(&limited, &Which::Id(id)), Error::NotFound("project"));
    }
}
