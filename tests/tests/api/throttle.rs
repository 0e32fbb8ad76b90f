//! Whoever guesses has to wait, and nobody else.

use crate::lab::{PASSWORD, problem, token_of};
use crate::{Lab, fixture};
use omicron_tests::{Answer, Backend, Client, on_both};
use serde_json::json;
use std::time::{Duration, Instant};

const ME: &str = "/api/v1/users/ann";

/// Fails until there is a pause; says how often that was.
fn guess(mut attempt: impl FnMut(usize) -> Answer, usual: u16) -> usize {
    for number in 0..1000 {
        let answer = attempt(number);
        if answer.status == 429 {
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            let body = problem(answer, 429);
            assert_eq!(body["type"], "urn:omicron:problem:throttled");
            return number;
        }
        problem(answer, usual);
    }
    panic!("there is no pause")
}

/// Someone who calls from this address, through a proxy.
fn from(lab: &Lab, user: &str, password: &str, address: &str) -> Answer {
    let client = lab.anonymous().basic(user, password);
    client.request("GET", ME).header("x-forwarded-for", address).send()
}

on_both! {
    fn guesses_at_a_password_end_in_a_pause_whoever_they_say_they_come_from(lab: &Lab) {
        let (ann, bob) = (lab.person("ann"), lab.person("bob"));
        ann.get(ME).expect(200);
        let token = lab.anonymous().bearer(&token_of(&ann));
        // What a client says of its address is not believed.
        let wrong = |number: usize| from(lab, "eve", "wrong", &format!("192.0.2.{number}"));
        assert_eq!(guess(wrong, 401), 10);
        problem(bob.get(ME), 429);
        ann.get(ME).expect(200);
        token.get(ME).expect(200);
        lab.anonymous().get("/healthz").expect(200);
    }
}

#[test]
fn nobody_is_locked_out_by_others() {
    let lab = Lab::with(Backend::Sqlite, &[("TRUSTED_PROXIES", "1")]);
    lab.person("ann");
    from(&lab, "ann", PASSWORD, "192.0.2.1").expect(200);
    // One address, many accounts; and one account, many addresses.
    let spray = |number: usize| from(&lab, &format!("user{number}"), "wrong", "192.0.2.66");
    assert_eq!(guess(spray, 401), 10);
    problem(from(&lab, "ann", PASSWORD, "192.0.2.66"), 429);
    let many = |number: usize| from(&lab, "Ann", "wrong", &format!("198.51.100.{number}"));
    assert_eq!(guess(many, 401), 10);
    problem(from(&lab, "ann", PASSWORD, "203.0.113.1"), 429);
    from(&lab, "ann", PASSWORD, "192.0.2.1").expect(200);
    from(&lab, "root", omicron_tests::ROOT_PASSWORD, "203.0.113.1").expect(200);
}

#[test]
fn whether_there_is_such_a_user_makes_no_difference() {
    let lab = Lab::with(Backend::Sqlite, &[("TRUSTED_PROXIES", "1")]);
    lab.person("ann");
    for (name, address) in [("ann", "192.0.2.1"), ("nobody", "192.0.2.2"), ("12345", "192.0.2.3")] {
        assert_eq!(guess(|_| from(&lab, name, "wrong", address), 401), 10, "{name}");
    }
}

#[test]
fn the_current_password_can_not_be_guessed_with_a_token() {
    let lab = fixture(Backend::Sqlite);
    let token = lab.anonymous().bearer(&token_of(&lab.person("ann")));
    let change = json!({"current_password": "wrong", "new_password": "lion"});
    let path = "/api/v1/users/ann/password";
    assert_eq!(guess(|_| token.put(path, &change), 400), 10);
    token.get(ME).expect(200);
}

#[test]
fn wrong_tokens_are_counted_generously_and_harm_no_good_one() {
    let lab = fixture(Backend::Sqlite);
    let good = lab.anonymous().bearer(&token_of(&lab.person("ann")));
    good.get(ME).expect(200);
    let wrong = lab.anonymous().bearer("936da01f-9abd-4d9d-80c7-02af85c822a8");
    assert_eq!(guess(|_| wrong.get(ME), 401), 300);
    std::thread::sleep(Duration::from_millis(1100)); // until the server has to ask for it again
    good.get(ME).expect(200);
}

#[test]
fn two_hundred_wrong_logins_at_once_leave_the_others_alone() {
    let lab = Lab::with(Backend::Sqlite, &[("BCRYPT_COST", "10"), ("LOGIN_FAILURES", "0")]);
    let token = lab.anonymous().bearer(&token_of(&lab.root()));
    token.get("/api/v1/users/root").expect(200);
    let (statuses, mut times) = std::thread::scope(|scope| {
        let login =
            || Client::new(lab.server.base_url()).basic("root", "wrong").get("/api/v1/users");
        let logins: Vec<_> = (0..200).map(|_| scope.spawn(move || login().status)).collect();
        let times: Vec<_> = (0..50)
            .map(|_| {
                let start = Instant::now();
                token.get("/api/v1/users/root").expect(200);
                start.elapsed()
            })
            .collect();
        let statuses: Vec<_> = logins.into_iter().map(|login| login.join().unwrap()).collect();
        (statuses, times)
    });
    assert!(statuses.iter().all(|status| [401, 429, 503].contains(status)), "{statuses:?}");
    times.sort_unstable();
    // The middle one: this machine may be busy with other tests.
    assert!(times[25] < Duration::from_millis(250), "{times:?}");
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(hashing_threads(&lab), (cores - 1).max(1));
}

/// One hash takes about half a second here: sixteen would outlast the patience of those who wait.
#[test]
fn many_requests_at_once_with_one_right_password_wait_for_one_comparison() {
    let lab = Lab::with(Backend::Sqlite, &[("BCRYPT_COST", "13")]);
    let login = || lab.root().get("/api/v1/users");
    std::thread::scope(|scope| {
        let logins: Vec<_> = (0..16).map(|_| scope.spawn(move || login().status)).collect();
        let statuses: Vec<_> = logins.into_iter().map(|login| login.join().unwrap()).collect();
        assert_eq!(statuses, [200; 16]);
    });
}

/// Those that hash are numbered; beside them stands one that only watches their queue.
fn hashing_threads(lab: &Lab) -> usize {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", lab.server.pid())).unwrap();
    let names =
        tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap());
    let hashes = |comm: &String| {
        comm.trim_end().strip_prefix("bcrypt-").is_some_and(|number| number.parse::<u32>().is_ok())
    };
    names.filter(hashes).count()
}
