//! Names, descriptions and addresses: what is refused, and what comes back as it went in.

use omicron_domain::{
    Description, EmailAddress, Invalid, ProjectId, ProjectName, Reference, UserId, Username, fold,
};
use proptest::prelude::*;
use std::fmt::{Debug, Display};
use std::str::FromStr;

fn too_long(limit: usize, length: usize) -> Invalid {
    Invalid::TooLong { limit, length }
}

#[test]
fn lengths_are_counted_in_characters() {
    let emoji = "\u{1f9ea}";
    assert!(emoji.repeat(20).parse::<Username>().is_ok());
    assert_eq!(emoji.repeat(21).parse::<Username>(), Err(too_long(20, 21)));
    assert!("e\u{301}".repeat(20).parse::<Username>().is_ok(), "20 letters, 40 code points");
    assert_eq!("n".repeat(129).parse::<ProjectName>(), Err(too_long(128, 129)));
    assert_eq!("n".repeat(1001).parse::<Description>(), Err(too_long(1000, 1001)));
    let address = format!("{}@{}", "n".repeat(32), "h".repeat(31));
    assert!(address.parse::<EmailAddress>().is_ok());
    assert_eq!(format!("{address}h").parse::<EmailAddress>(), Err(too_long(64, 65)));
}

#[test]
fn nothing_is_no_name_and_a_fine_description() {
    for text in ["", " ", "\t\n", "\u{3000}"] {
        assert_eq!(text.parse::<Username>(), Err(Invalid::Empty), "{text:?}");
        assert_eq!(text.parse::<ProjectName>(), Err(Invalid::Empty), "{text:?}");
    }
    assert!("".parse::<Description>().is_ok());
}

#[test]
fn digits_alone_are_no_name() {
    for text in ["7", "0000", " 12 "] {
        assert_eq!(text.parse::<Username>(), Err(Invalid::OnlyDigits), "{text:?}");
        assert_eq!(text.parse::<ProjectName>(), Err(Invalid::OnlyDigits), "{text:?}");
    }
    assert!("7a".parse::<Username>().is_ok());
    assert!("\u{663}".parse::<Username>().is_ok(), "a path reads ASCII digits only as an id");
}

#[test]
fn what_can_not_be_seen_is_refused() {
    let hidden = [
        '\0',
        '\u{7}',
        '\u{7f}',
        '\u{85}',
        '\u{ad}',
        '\u{200b}',
        '\u{200e}',
        '\u{2028}',
        '\u{202e}',
        '\u{2066}',
        '\u{feff}',
        '\u{e0041}',
    ];
    for character in hidden {
        let text = format!("a{character}b");
        assert_eq!(text.parse::<Username>(), Err(Invalid::Forbidden(character)));
        assert_eq!(text.parse::<ProjectName>(), Err(Invalid::Forbidden(character)));
        assert!(format!("{text}@c").parse::<EmailAddress>().is_err());
    }
    assert!("a:b".parse::<Username>().is_err() && "a:b".parse::<ProjectName>().is_ok());
    assert!("a\0b".parse::<Description>().is_err());
    assert!("a\r\n\tb".parse::<Description>().is_ok());
}

#[test]
fn names_are_the_same_in_any_case_and_encoding() {
    for (one, other) in [
        ("ann", "ANN"),
        ("\u{e9}cole", "E\u{301}COLE"),
        ("\u{3bf}\u{3b4}\u{3bf}\u{3c2}", "\u{39f}\u{394}\u{39f}\u{3a3}"),
        ("\u{212a}elvin", "kelvin"),
        ("\u{e5}ngstr\u{f6}m", "\u{212b}NGSTR\u{d6}M"),
        ("\u{b5}m", "\u{3bc}M"),
    ] {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    // A dot, or a letter, is a difference.
    for (one, other) in [("\u{131}", "i"), ("ma\u{df}e", "masse"), ("o", "\u{f6}")] {
        assert_ne!(fold(one), fold(other), "{one} {other}");
    }
}

#[test]
fn an_address_has_a_name_and_a_host() {
    for text in ["ann@example.org", "root@localhost", "a+b@x", "\u{e9}@\u{e9}.fr"] {
        assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
    }
    for text in ["ann", "@x", "a@", "a@b@c", "a b@c", ".a@b", "a@b.", "a,b@c", "<a@b>", "\"a\"@b"] {
        assert_eq!(text.parse::<EmailAddress>(), Err(Invalid::NotAnEmailAddress), "{text}");
    }
}

#[test]
fn digits_are_an_id_and_all_else_a_name() {
    type Which = Reference<ProjectId, ProjectName>;
    let read = |text: &str| text.parse::<Which>().unwrap();
    assert_eq!(read("007"), Reference::Id(ProjectId(7)));
    assert_eq!(read("9223372036854775807"), Reference::Id(ProjectId(i64::MAX)));
    assert_eq!(read("9223372036854775808"), Reference::Nothing);
    assert_eq!(read("NMR / 2026"), Reference::Name("NMR / 2026".parse().unwrap()));
    for text in ["", " ", "a\0", "\u{202e}"] {
        assert_eq!(read(text), Reference::Nothing, "{text:?}");
    }
    let negative = "-1".parse::<Reference<UserId, Username>>().unwrap();
    assert_eq!(negative, Reference::Name("-1".parse().unwrap()));
}

/// Any text either is refused or is a value that its own text, and its JSON, give again.
fn round_trips<T>(text: &str) -> Result<Option<T>, TestCaseError>
where
    T: FromStr<Err = Invalid> + Display + Debug + PartialEq,
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let json = serde_json::to_string(text).unwrap();
    let Ok(value) = text.parse::<T>() else {
        prop_assert!(serde_json::from_str::<T>(&json).is_err());
        return Ok(None);
    };
    let written = serde_json::to_value(&value).unwrap();
    let again = value.to_string().parse::<T>();
    prop_assert_eq!(again.as_ref(), Ok(&value));
    prop_assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), &value);
    prop_assert_eq!(&serde_json::from_value::<T>(written).unwrap(), &value);
    Ok(Some(value))
}

proptest! {
    #[test]
    fn any_text_is_refused_or_round_trips(text in "\\PC{0,30}|[ -~]{0,70}|.{0,140}") {
        if let Some(name) = round_trips::<Username>(&text)? {
            prop_assert!((1..=20).contains(&name.as_str().chars().count()));
        }
        if let Some(name) = round_trips::<ProjectName>(&text)? {
            let which = name.as_str().parse::<Reference<ProjectId, ProjectName>>().unwrap();
            prop_assert_eq!(which, Reference::Name(name));
        }
        round_trips::<EmailAddress>(&text)?;
        round_trips::<Description>(&text)?;
    }

    #[test]
    fn a_key_is_its_own_key(text in ".{0,40}") {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn a_key_does_not_depend_on_case(text in "[\\p{L}\\p{M}]{0,20}") {
        // Letters that change their number with their case are letters of their own.
        prop_assume!(text.chars().all(|c| c.to_uppercase().count() == 1 && c.to_lowercase().count() == 1));
        prop_assume!(!text.contains('\u{131}'));
        prop_assert_eq!(fold(&text.to_uppercase()), fold(&text));
        prop_assert_eq!(fold(&text.to_lowercase()), fold(&text));
    }
}
