//! Where settings come from, how they are read, and what is refused.

use super::*;
use std::ffi::OsString;

const KEY: &str = "a key of more than thirty-two characters";

fn pairs(given: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    given.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn sources(given: &[(&str, &str)]) -> Sources {
    Sources::gather([], pairs(given), []).unwrap()
}

fn read(given: &[(&str, &str)]) -> Settings {
    Settings::read(&sources(given)).unwrap()
}

/// What each of the bad settings is told.
fn refused(given: &[(&str, &str)]) -> Vec<String> {
    let outcome = Settings::read(&sources(given)).and_then(|settings| settings.check());
    outcome.err().map_or(vec![], |bad| bad.0.iter().map(ToString::to_string).collect())
}

#[test]
fn the_table_and_the_struct_have_the_same_settings() {
    // A row without a field would be read by nobody.
    let debug = include_str!("../settings.rs");
    for setting in settings() {
        assert!(debug.contains(&format!(" {}:", setting.name.to_lowercase())), "{}", setting.name);
        assert!(!setting.help.is_empty() && !setting.example.is_empty(), "{}", setting.name);
    }
    // A field without a row would be missing here.
    let defaults = read(&[]);
    assert_eq!((defaults.port, defaults.ip_address.to_string()), (5000, "127.0.0.1".to_owned()));
    assert_eq!(defaults.database_url.expose(), "sqlite:///omicron.sqlite3");
    assert_eq!(defaults.token_lifetime(), chrono::TimeDelta::minutes(10));
    assert_eq!(defaults.check(), Ok(()));
}

#[test]
fn examples_are_good_values() {
    for setting in settings() {
        let others = [("STATE", "DEV"), ("TOKEN_SECRET_KEY", KEY)];
        let given = [others[0], others[1], (setting.name, setting.example)];
        Settings::read(&sources(&given)).unwrap();
    }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = pairs(&[("PORT", "1"), ("WORKERS", "1"), ("BCRYPT_COST", "5"), ("UNKNOWN", "x")]);
    let environment = pairs(&[("PORT", "2"), ("WORKERS", "2"), ("BCRYPT_COST", ""), ("HOME", "/")]);
    let sources = Sources::gather(file, environment, pairs(&[("PORT", "3")])).unwrap();
    assert_eq!(sources.given("PORT"), Some(("3", Origin::Flag)));
    assert_eq!(sources.given("WORKERS"), Some(("2", Origin::Environment)));
    assert_eq!(sources.given("BCRYPT_COST"), Some(("5", Origin::DotEnv)));
    assert_eq!(sources.given("STATE"), None);
    let settings = Settings::read(&sources).unwrap();
    assert_eq!((settings.port, settings.workers(), settings.bcrypt_cost), (3, 2, 5));
}

#[test]
fn yes_and_no_can_be_said_in_many_ways() {
    for yes in ["true", "TRUE", "True", "1", "yes", "on", "Y"] {
        assert!(read(&[("DEBUG", yes)]).debug, "{yes}");
    }
    for no in ["false", "FALSE", "0", "no", "off", "N"] {
        assert!(!read(&[("DEBUG", no)]).debug, "{no}");
    }
}

#[test]
fn what_depends_on_the_state_has_its_own_default_in_each() {
    let dev = read(&[]);
    assert_eq!(dev.registration(), Registration::Open);
    assert_eq!(dev.allowed_origins(), Origins::Any);
    assert_eq!(dev.password_policy().min_length, 1);
    assert!(matches!(dev.metrics(), omicron_api::MetricsAccess::Open));
    let prod = read(&[("STATE", "PROD"), ("TOKEN_SECRET_KEY", KEY)]);
    assert_eq!(prod.check(), Ok(()));
    assert_eq!(prod.registration(), Registration::Approval);
    assert_eq!(prod.allowed_origins(), Origins::Listed(vec![]));
    assert!(prod.password_policy().min_length == 8 && prod.password_policy().refuse_common);
    assert!(matches!(prod.metrics(), omicron_api::MetricsAccess::Closed));
}

#[test]
fn origins_are_those_that_browsers_send() {
    let origins = |text| read(&[("ALLOWED_ORIGINS", text)]).allowed_origins();
    let two = ["https://lab.example.org", "http://localhost:8080"].map(str::to_owned).to_vec();
    let listed = Origins::Listed(two);
    assert_eq!(origins("https://Lab.example.org/, http://localhost:8080"), listed);
    assert_eq!(origins("none"), Origins::Listed(vec![]));
    for bad in
        ["https://lab.example.org/app", "lab.example.org", "null", "ftp://lab", "https://a:443"]
    {
        assert_eq!(refused(&[("ALLOWED_ORIGINS", bad)]).len(), 1, "{bad}");
    }
}

#[test]
fn production_refuses_all_that_is_insecure_at_once() {
    let told = refused(&[
        ("STATE", "PROD"),
        ("DEBUG", "yes"),
        ("BCRYPT_COST", "9"),
        ("PASSWORD_MIN_LENGTH", "7"),
        ("ALLOWED_ORIGINS", "*"),
        ("TOKEN_SECRET_KEY", "short"),
        ("ROOT_PASSWORD", "a\0b"),
    ]);
    let names = [
        "TOKEN_SECRET_KEY",
        "ROOT_PASSWORD",
        "DEBUG",
        "BCRYPT_COST",
        "PASSWORD_MIN_LENGTH",
        "ALLOWED_ORIGINS",
    ];
    assert_eq!(told.len(), names.len(), "{told:?}");
    for (told, name) in told.iter().zip(names) {
        assert!(told.starts_with(&format!("{name} must")), "{told}");
        assert!(!told.contains("short;"), "{told}");
    }
}

#[test]
fn a_key_is_made_up_only_where_nobody_else_is_concerned() {
    for (name, value) in [
        ("STATE", "PROD"),
        ("IP_ADDRESS", "0.0.0.0"),
        ("IP_ADDRESS", "::"),
        ("IP_ADDRESS", "192.0.2.1"),
        ("DATABASE_URL", "postgres://lab"),
    ] {
        let told = refused(&[(name, value)]);
        assert!(
            told.len() == 1 && told[0].starts_with("TOKEN_SECRET_KEY must be given"),
            "{told:?}"
        );
        assert!(refused(&[(name, value), ("TOKEN_SECRET_KEY", KEY)]).is_empty(), "{value}");
    }
    for address in ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "::ffff:127.0.0.1"] {
        assert!(refused(&[("IP_ADDRESS", address), ("STATE", "CI")]).is_empty(), "{address}");
    }
}

#[test]
fn the_first_password_is_a_good_one_wherever_others_can_try_it() {
    let first = |given: &[(&str, &str)]| {
        let password = read(given).first_password();
        password.map(|password| password.is_some()).map_err(|bad| bad.to_string())
    };
    assert_eq!(first(&[]), Ok(false));
    assert_eq!(first(&[("ROOT_PASSWORD", "x")]), Ok(true));
    for exposed in [("STATE", "PROD"), ("IP_ADDRESS", "0.0.0.0")] {
        assert!(first(&[exposed]).unwrap_err().starts_with("ROOT_PASSWORD must be given"));
        for weak in ["seven77", "password1"] {
            let told = first(&[exposed, ("ROOT_PASSWORD", weak)]).unwrap_err();
            assert!(told.starts_with("ROOT_PASSWORD") && !told.contains(weak), "{told}");
        }
        assert_eq!(first(&[exposed, ("ROOT_PASSWORD", "a striped cat")]), Ok(true));
    }
}

#[test]
fn replicas_in_production_are_given_the_key_that_signs() {
    let postgres = ("DATABASE_URL", "postgres://lab");
    let folder = tempfile::tempdir().unwrap();
    let base = ("BASE_DIRECTORY", folder.path().to_str().unwrap());
    let production = [("STATE", "PROD"), ("TOKEN_SECRET_KEY", KEY), postgres, base];
    let told = refused(&production);
    assert!(told.len() == 1 && told[0].starts_with("AUDIT_SIGNING_KEY must be given"), "{told:?}");
    assert!(told[0].contains("`omicron-server audit new-key`"), "{told:?}");
    let given = [&production[..], &[("AUDIT_SIGNING_KEY", omicron_tests::AUDIT_SIGNING_KEY)]];
    assert!(refused(&given.concat()).is_empty());
    assert!(refused(&[("TOKEN_SECRET_KEY", KEY), postgres, base]).is_empty());
    std::fs::write(folder.path().join("audit-signing-key"), "").unwrap();
    assert!(refused(&production).is_empty());
}

#[test]
fn secrets_are_never_shown() {
    let given = [
        ("DATABASE_URL", "postgres://ann:tiger@db/lab"),
        ("TOKEN_SECRET_KEY", "tiger tiger tiger tiger tiger tiger"),
        ("ROOT_PASSWORD", "tiger"),
        ("METRICS_TOKEN", "tiger"),
        ("AUDIT_SIGNING_KEY", "PRIVATE+KEY+tiger+0+tiger"),
    ];
    let (sources, chosen) = (sources(&given), read(&given));
    for setting in settings() {
        let shown = chosen.effective(setting, &sources);
        assert!(!shown.contains("tiger"), "{shown}");
        assert_eq!(shown.contains("***"), setting.secret, "{}={shown}", setting.name);
    }
}
