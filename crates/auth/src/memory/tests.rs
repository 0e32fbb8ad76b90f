//! What is remembered is remembered for a while, and not without end.

use super::*;
use omicron_domain::{Credential, User, UserId, UserStatus};

fn caller(id: i64) -> Caller {
    let user = User {
        id: UserId(id),
        username: "ann".parse().unwrap(),
        email: "ann@example.org".parse().unwrap(),
        administrator: false,
        status: UserStatus::Active,
        service_account: false,
        date_created: Timestamp::UNIX_EPOCH,
    };
    Caller { user, credential: Credential::Token(TokenId(id)), grant: None, proof: None }
}

fn hash(number: usize) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    hash
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn a_token_is_known_until_its_end_and_no_longer_than_a_second() {
    let (memory, ann) = (TokenMemory::default(), caller(1));
    assert_eq!(memory.recall(&hash(1), NOW), None);
    let end = NOW + chrono::TimeDelta::microseconds(1);
    memory.remember(hash(1), &ann, Some(end), memory.generation());
    memory.remember(hash(2), &ann, None, memory.generation());
    assert_eq!(memory.recall(&hash(1), NOW), Some(ann.clone()));
    assert_eq!(memory.recall(&hash(1), end), None);
    assert_eq!(memory.recall(&hash(2), end), Some(ann.clone()));
    let a_second_ago = Instant::now().checked_sub(TOKEN_MEMORY).unwrap();
    memory.callers.write().unwrap().insert(hash(2), (ann, None, a_second_ago));
    assert_eq!(memory.recall(&hash(2), NOW), None);
}

#[test]
fn what_was_asked_before_a_change_is_not_remembered_after_it() {
    let (memory, ann) = (TokenMemory::default(), caller(1));
    let before = memory.generation();
    memory.remember(hash(1), &ann, None, before);
    memory.forget();
    assert_eq!(memory.recall(&hash(1), NOW), None);
    memory.remember(hash(1), &ann, None, before);
    assert_eq!(memory.recall(&hash(1), NOW), None);
    memory.remember(hash(1), &ann, None, memory.generation());
    assert_eq!(memory.recall(&hash(1), NOW), Some(ann));
}

#[test]
fn the_memory_of_tokens_has_an_end() {
    let (memory, ann) = (TokenMemory::default(), caller(1));
    for number in 0..MOST {
        memory.remember(hash(number), &ann, None, memory.generation());
    }
    assert_eq!(memory.callers.read().unwrap().len(), MOST);
    memory.remember(hash(MOST), &ann, None, memory.generation());
    assert_eq!(memory.callers.read().unwrap().len(), 1);
    assert_eq!(memory.recall(&hash(MOST), NOW), Some(ann));
}

#[test]
fn a_password_that_matched_is_known_for_a_minute_with_that_hash() {
    let memory = PasswordMemory::new(Secret::generate().unwrap());
    let [tiger, lion]: [Password; 2] = ["tiger", "lion"].map(|text| text.parse().unwrap());
    assert!(!memory.recall(&tiger, "a hash"));
    memory.remember(&tiger, "a hash");
    assert!(memory.recall(&tiger, "a hash"));
    assert!(!memory.recall(&tiger, "another hash") && !memory.recall(&lion, "a hash"));
    let a_minute_ago = Instant::now().checked_sub(PASSWORD_MEMORY).unwrap();
    lock(&memory.matches).insert(memory.key(&tiger, "a hash"), a_minute_ago);
    assert!(!memory.recall(&tiger, "a hash"));
}

#[test]
fn the_memory_of_passwords_has_an_end() {
    let memory = PasswordMemory::new(Secret::generate().unwrap());
    let tiger: Password = "tiger".parse().unwrap();
    for number in 0..MOST {
        lock(&memory.matches).insert(hash(number), Instant::now());
    }
    memory.remember(&tiger, "a hash");
    assert_eq!(lock(&memory.matches).len(), 1);
    memory.remember(&tiger, "another hash");
    assert_eq!(lock(&memory.matches).len(), 2);
}

#[test]
fn the_last_use_of_each_token_is_told_once() {
    let uses = LastUse::default();
    let later = NOW + chrono::TimeDelta::seconds(1);
    uses.note(TokenId(1), NOW);
    uses.note(TokenId(2), NOW);
    uses.note(TokenId(1), later);
    let mut told = uses.take();
    told.sort_unstable();
    assert_eq!(told, [(TokenId(1), later), (TokenId(2), NOW)]);
    assert!(uses.take().is_empty());
}
