//! Names, addresses, descriptions, references and ids: what is taken is written and read again as
//! the same, and a key is its own key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omicron_domain::{
    Description, EmailAddress, ProjectId, ProjectName, Reference, RequestId, UserId, UserStatus,
    Username, fold,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fuzz_target!(|text: &str| {
    assert_eq!(fold(&fold(text)), fold(text), "a key is its own key");

    if let Some(name) = read::<Username>(text) {
        assert!((1..=20).contains(&name.as_str().chars().count()) && !name.as_str().contains(':'));
        assert_eq!(reference::<UserId, _>(name.as_str()), Reference::Name(name.clone()));
        let key = name.key();
        if let Ok(of_key) = key.parse::<Username>() {
            assert_eq!(of_key.key(), key);
        }
    }
    if let Some(name) = read::<ProjectName>(text) {
        assert!((1..=128).contains(&name.as_str().chars().count()));
        assert_eq!(reference::<ProjectId, _>(name.as_str()), Reference::Name(name));
    }
    if let Some(address) = read::<EmailAddress>(text) {
        assert!(
            address.as_str().chars().count() <= 64 && address.as_str().matches('@').count() == 1
        );
    }
    if let Some(description) = read::<Description>(text) {
        assert!(
            description.as_str().chars().count() <= 1000 && !description.as_str().contains('\0')
        );
    }
    if let Reference::Id(id) = reference::<UserId, Username>(text) {
        assert_eq!(reference::<UserId, Username>(&id.to_string()), Reference::Id(id));
    }
    if let Ok(id) = text.parse::<RequestId>() {
        assert_eq!(id.as_str(), text, "it goes back as it came");
    }
    if let Ok(status) = text.parse::<UserStatus>() {
        assert_eq!(status.to_string(), text);
    }
});

fn reference<Id, Name>(text: &str) -> Reference<Id, Name>
where
    Id: From<i64>,
    Name: FromStr,
{
    let Ok(reference) = text.parse();
    reference
}

/// The value, if the text is one: the same by way of its own text, and of JSON.
fn read<T>(text: &str) -> Option<T>
where
    T: FromStr + Display + Debug + PartialEq + Serialize + DeserializeOwned,
{
    let json = serde_json::from_value::<T>(text.into());
    let Ok(value) = text.parse::<T>() else {
        assert!(json.is_err());
        return None;
    };
    assert_eq!(json.unwrap(), value);
    assert_eq!(value.to_string().parse::<T>().ok().as_ref(), Some(&value));
    let written = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), value);
    Some(value)
}
