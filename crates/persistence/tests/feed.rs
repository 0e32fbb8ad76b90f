//! The feed: each event once, in the order of positions, for who may see it.

use crate::support::{Lab, lab as fixture, new_project};
use omicron_domain::{EventFilter, MemberRole, ProjectId, User, Viewer};
use omicron_persistence::feed::{self, Entry, Filter, Part};
use omicron_persistence::{positions, projects, users};
use omicron_tests::on_both;

fn part(lab: &Lab, viewer: Viewer, after: i64, filter: &Filter, limit: usize) -> Part {
    lab.db.read(viewer, |view| feed::after(view, after, filter, limit)).unwrap()
}

fn told(part: &Part) -> Vec<String> {
    let tell = |entry: &Entry| format!("{} {}:{}", entry.action, entry.kind, entry.id);
    part.entries.iter().map(tell).collect()
}

fn all(lab: &Lab, viewer: Viewer) -> Vec<String> {
    told(&part(lab, viewer, 0, &Filter::default(), 1000))
}

/// Ann's project Alloys with Bob in it, and Bob's own; Eve is in neither.
fn three(lab: &Lab) -> ([User; 3], [ProjectId; 2]) {
    let people = ["ann", "bob", "eve"].map(|name| lab.person(name));
    let made = [("Alloys", 0), ("Secret", 1)].map(|(name, owner): (_, usize)| {
        lab.write(|tx| projects::create(tx, &new_project(name, people[owner].id, &[])))
            .unwrap()
            .project
            .id
    });
    lab.write(|tx| projects::add_member(tx, made[0], people[1].id, MemberRole::Member)).unwrap();
    positions::seal(&lab.db).unwrap();
    (people, made)
}

fn asked(kinds: &[&str], actions: &[&str]) -> Filter {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    let events = EventFilter { kinds: texts(kinds), actions: texts(actions) };
    Filter { project: None, events }
}

on_both! {
    fn the_feed_goes_on_from_any_position_and_repeats_nothing(lab: &Lab) {
        three(lab);
        let whole = all(lab, Viewer::Everything);
        assert_eq!(whole.len(), 6);
        for limit in 1..=7 {
            let (mut after, mut seen) = (0, Vec::new());
            loop {
                let part = part(lab, Viewer::Everything, after, &Filter::default(), limit);
                assert!(part.entries.len() <= limit && part.last == 6);
                assert!(part.entries.iter().all(|entry| entry.position > after && entry.position <= part.next));
                seen.extend(told(&part));
                after = part.next;
                if after == part.last {
                    break;
                }
            }
            assert_eq!(seen, whole, "{limit} at a time");
        }
        let beyond = part(lab, Viewer::Everything, 99, &Filter::default(), 10);
        assert_eq!((beyond.entries.len(), beyond.next, beyond.last), (0, 99, 6));
    }

    fn what_is_not_sealed_is_not_in_the_feed(lab: &Lab) {
        lab.person("ann");
        assert_eq!(all(lab, Viewer::Everything), [""; 0]);
        positions::seal(&lab.db).unwrap();
        assert_eq!(all(lab, Viewer::Everything), ["user.registered user:1"]);
    }

    fn everyone_sees_what_they_may_see_now(lab: &Lab) {
        let ([ann, bob, eve], [alloys, secret]) = three(lab);
        let seen = |viewer| all(lab, viewer).join(", ");
        assert_eq!(seen(Viewer::User(ann.id)), "user.registered user:1, project.created project:1, project.member_added project:1");
        let bobs = "user.registered user:2, project.created project:1, project.created project:2, project.member_added project:1";
        assert_eq!(seen(Viewer::User(bob.id)), bobs);
        assert_eq!(seen(Viewer::User(eve.id)), "user.registered user:3");
        assert_eq!(seen(Viewer::Nobody), "");
        let within = |project, user| seen(Viewer::Within { project, user });
        assert_eq!(within(secret, Some(bob.id)), "project.created project:2");
        assert_eq!(within(secret, Some(ann.id)), "");
        assert_eq!(within(alloys, None), "project.created project:1, project.member_added project:1");
        // Whoever leaves sees nothing of it any more, and whoever comes sees all of it.
        lab.write(|tx| {
            projects::remove_member(tx, alloys, bob.id)?;
            projects::add_member(tx, alloys, eve.id, MemberRole::Viewer)
        }).unwrap();
        positions::seal(&lab.db).unwrap();
        assert_eq!(seen(Viewer::User(bob.id)), "user.registered user:2, project.created project:2");
        assert_eq!(all(lab, Viewer::User(eve.id)).len(), 5);
    }

    fn what_was_deleted_is_seen_by_administrators_alone(lab: &Lab) {
        let ([_, bob, _], [_, secret]) = three(lab);
        lab.write(|tx| projects::delete(tx, secret)).unwrap();
        positions::seal(&lab.db).unwrap();
        assert!(!all(lab, Viewer::User(bob.id)).iter().any(|event| event.ends_with("project:2")));
        assert_eq!(all(lab, Viewer::Everything).last().unwrap(), "project.deleted project:2");
    }

    fn a_filter_leaves_out_the_rest_and_still_goes_on(lab: &Lab) {
        let ([ann, ..], [alloys, _]) = three(lab);
        lab.write(|tx| users::set_disabled(tx, ann.id, true)).unwrap();
        positions::seal(&lab.db).unwrap();
        let take = |filter: &Filter| told(&part(lab, Viewer::Everything, 0, filter, 1000));
        let people = asked(&["user", "token"], &[]);
        assert_eq!(take(&people).len(), 4);
        let switched = asked(&["user", "token"], &["user.disabled", "project.deleted"]);
        assert_eq!(take(&switched), ["user.disabled user:1"]);
        let here = Filter { project: Some(alloys), ..Filter::default() };
        assert_eq!(take(&here), ["project.created project:1", "project.member_added project:1"]);
        let nothing = Filter { project: here.project, ..asked(&["sample"], &[]) };
        assert_eq!(part(lab, Viewer::Everything, 0, &nothing, 1).next, 7, "all of it was looked at");
    }
}
