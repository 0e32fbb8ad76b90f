//! Guessing gets slower and slower, and harms nobody but who guesses.

use super::*;
use std::net::Ipv6Addr;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

fn address(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

/// Fails until there is a pause; says how often that was, and how long it is.
fn guess(attempt: &Attempt, now: Instant) -> (usize, Duration) {
    for failures in 0..10_000 {
        match attempt.admit(now) {
            Ok(()) => attempt.note(false, now),
            Err(Error::Throttled(pause)) => return (failures, pause),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("there is no pause")
}

#[test]
fn pauses_grow_to_five_minutes_and_no_longer() {
    let (throttle, mut now) = (Throttle::new(10), Instant::now());
    let thief = throttle.login("ann", address(1));
    let mut pauses = Vec::new();
    for round in 0..6 {
        let (failures, pause) = guess(&thief, now);
        assert_eq!(failures, if round == 0 { 10 } else { 1 });
        pauses.push(pause.as_secs());
        now += pause;
    }
    assert_eq!(pauses, [60, 120, 240, 300, 300, 300]);
    // All is forgiven after a while.
    assert_eq!(guess(&thief, now + 15 * MINUTE), (10, MINUTE));
}

#[test]
fn a_few_mistakes_a_minute_bring_no_pause() {
    let (throttle, start) = (Throttle::new(10), Instant::now());
    let clumsy = throttle.login("ann", address(1));
    for number in 0..1000 {
        let now = start + Duration::from_secs(7) * number;
        assert!(clumsy.admit(now).is_ok(), "{number}");
        clumsy.note(false, now);
    }
    // Those at the seam of two minutes are taken together.
    let seam = throttle.login("eve", address(2));
    (0..9).for_each(|_| seam.note(false, start));
    assert!(guess(&seam, start + Duration::from_millis(60_001)).0 <= 2);
}

#[test]
fn neither_other_addresses_nor_other_accounts_help() {
    let (throttle, now) = (Throttle::new(10), Instant::now());
    for last in 0..10 {
        throttle.login("ANN", address(last)).note(false, now);
    }
    assert!(throttle.login("ann", address(99)).admit(now).is_err(), "spread over addresses");
    for number in 0..10 {
        throttle.login(&format!("user{number}"), address(200)).note(false, now);
    }
    assert!(throttle.login("another", address(200)).admit(now).is_err(), "spread over accounts");
    assert!(throttle.login("another", address(201)).admit(now).is_ok());
}

#[test]
fn whether_there_is_such_an_account_makes_no_difference() {
    // Names that can't be usernames are counted like others.
    let (throttle, now) = (Throttle::new(10), Instant::now());
    for (last, name) in ["", "12345", "a b", &"x".repeat(100_000)].into_iter().enumerate() {
        let attempt = throttle.login(name, address(u8::try_from(last).unwrap()));
        assert_eq!(guess(&attempt, now), (10, MINUTE));
    }
}

#[test]
fn nobody_is_locked_out_by_others() {
    let (throttle, now) = (Throttle::new(10), Instant::now());
    let (home, lab) = (address(1), address(2));
    throttle.login("ann", home).note(true, now);
    throttle.login("ann", lab).note(true, now);
    // From elsewhere, and from beside her, but for other accounts.
    guess(&throttle.login("ann", address(66)), now);
    guess(&throttle.login("bob", lab), now);
    assert!(throttle.login("ann", home).admit(now).is_ok());
    assert!(throttle.login("ann", lab).admit(now).is_ok());
    // The account is guarded where it is known, too, and only there.
    assert_eq!(guess(&throttle.login("ann", lab), now), (10, MINUTE));
    throttle.login("ann", lab).note(true, now);
    assert!(throttle.login("ann", lab).admit(now).is_err(), "a good one takes nothing back");
    assert!(throttle.login("ann", home).admit(now).is_ok());
    // A while later she is a stranger again.
    let later = now + Duration::from_hours(24 * 7);
    guess(&throttle.login("ann", address(67)), later);
    assert!(throttle.login("ann", home).admit(later).is_err());
}

#[test]
fn guesses_at_all_who_are_known_at_an_address_are_counted_together() {
    let (throttle, now) = (Throttle::new(10), Instant::now());
    let all: Vec<_> = (0..20).map(|n| throttle.login(&format!("user{n}"), address(1))).collect();
    for one in &all {
        one.note(true, now);
    }
    let tried = (0..9).flat_map(|_| &all).take_while(|one| {
        one.note(false, now);
        one.admit(now).is_ok()
    });
    assert_eq!(tried.count(), 99);
}

#[test]
fn wrong_tokens_count_by_address_and_harm_no_good_one() {
    let (throttle, now) = (Throttle::new(10), Instant::now());
    throttle.token(b"good", address(1)).note(true, now);
    assert_eq!(guess(&throttle.token(b"expired", address(1)), now), (300, MINUTE));
    assert!(throttle.token(b"good", address(1)).admit(now).is_ok());
    assert!(throttle.token(b"expired", address(2)).admit(now).is_ok());
    assert!(throttle.login("ann", address(1)).admit(now).is_ok());
}

#[test]
fn memory_has_an_end() {
    let (throttle, now) = (Throttle::new(10), Instant::now());
    let thief = throttle.login("ann", address(1));
    guess(&thief, now);
    for number in 0..12_000_u128 {
        let from = IpAddr::V6(Ipv6Addr::from(number << 64));
        throttle.login(&number.to_string(), from).note(false, now);
        throttle.login("eve", from).note(true, now);
        throttle.login(&number.to_string(), from).note(number % 2 == 0, now);
    }
    let (counters, familiar) = throttle.seen(|seen| (seen.counters.len(), seen.familiar.len()));
    assert!(counters <= 10_000 && familiar <= 10_000 + 16, "{counters} {familiar}");
    assert!(thief.admit(now).is_err(), "those who wait are not forgotten first");
}

#[test]
fn no_limit_is_no_limit() {
    let (throttle, now) = (Throttle::new(0), Instant::now());
    let attempt = throttle.login("ann", address(1));
    (0..1000).for_each(|_| attempt.note(false, now));
    assert!(attempt.admit(now).is_ok());
}
