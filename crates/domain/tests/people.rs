//! People and tokens, as they are written down.

use chrono::TimeDelta;
use omicron_domain::{
    Clock, Grant, ManualClock, SystemClock, Timestamp, Token, TokenId, User, UserId, UserStatus,
};

#[test]
fn a_status_is_read_as_it_is_written() {
    for status in [UserStatus::Pending, UserStatus::Active, UserStatus::Disabled] {
        assert_eq!(status.to_string().parse(), Ok(status));
        assert_eq!(serde_json::to_value(status).unwrap(), status.to_string());
    }
    for text in ["", "Active", "active ", "gone"] {
        assert!(text.parse::<UserStatus>().is_err(), "{text:?}");
    }
}

#[test]
fn a_person_is_written_with_names_that_last() {
    let ann = User {
        id: UserId(1),
        username: "Ann".parse().unwrap(),
        email: "ann@example.org".parse().unwrap(),
        administrator: false,
        status: UserStatus::Active,
        service_account: false,
        date_created: Timestamp::UNIX_EPOCH,
    };
    let expected = serde_json::json!({
        "id": 1, "username": "Ann", "email": "ann@example.org", "administrator": false,
        "status": "active", "service_account": false, "date_created": "1970-01-01T00:00:00Z",
    });
    assert_eq!(serde_json::to_value(&ann).unwrap(), expected);
}

#[test]
fn a_token_ends_at_its_expiration_and_not_after_it() {
    let expiration_date = Timestamp::UNIX_EPOCH + TimeDelta::seconds(10);
    let (id, user, date_created) = (TokenId(1), UserId(1), Timestamp::UNIX_EPOCH);
    let (name, grant, last_used) = (None, Grant::EVERYTHING, None);
    let end = Some(expiration_date);
    let token = Token { id, user, name, grant, date_created, expiration_date: end, last_used };
    assert!(token.is_live(expiration_date - TimeDelta::microseconds(1)));
    assert!(!token.is_live(expiration_date));
    let endless = Token { expiration_date: None, ..token };
    assert!(endless.is_live(expiration_date + TimeDelta::days(100_000)));
}

#[test]
fn clocks_show_whole_microseconds() {
    for _ in 0..100 {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1000, 0);
    }
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    clock.advance(TimeDelta::hours(-1));
    assert_eq!(clock.now().timestamp(), -3600);
}
