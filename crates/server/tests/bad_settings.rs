//! A bad value stops the start: status 78, and a line that says what to type.

use crate::support::{run, with_input};

/// A variable, a value that can't be used, and words that the message has.
const TABLE: &[(&str, &str, &str)] = &[
    ("IP_ADDRESS", "localhost", "IPv4 or IPv6"),
    ("PORT", "65536", "from 0 to 65535"),
    ("PORT", "http", "from 0 to 65535"),
    ("WORKERS", "0", "from 1 to"),
    ("DATABASE_URL", "mysql://root:tiger@lab", "postgres://"),
    ("DATABASE_URL", "lab.sqlite3", "sqlite:///"),
    ("AUTO_MIGRATE", "maybe", "true or false"),
    ("AUDIT_SIGNING_KEY", "tiger", "PRIVATE+KEY+"),
    ("AUDIT_SIGNING_KEY", "PRIVATE+KEY+tiger+00000000+AQ==", "name+hash+base64"),
    ("ROOT_USER", "12", "digits"),
    ("ROOT_USER", "a:b", "':'"),
    ("ROOT_EMAIL", "root", "email"),
    ("REGISTRATION", "everyone", "open, approval or closed"),
    ("PASSWORD_MIN_LENGTH", "-1", "from 1 to 1024"),
    ("BCRYPT_COST", "3", "from 4 to 20"),
    ("TOKEN_SECRET_KEY", "tiger", "32 characters"),
    ("DEFAULT_TOKEN_EXPIRATION_TIME", "0", "from 1 to"),
    ("DEFAULT_TOKEN_EXPIRATION_TIME", "10m", "from 1 to"),
    ("STATE", "TEST", "DEV, CI or PROD"),
    ("DEBUG", "2", "true or false"),
    ("ALLOWED_ORIGINS", "lab.example.org", "origins"),
    ("LOGFILE", "/proc/none/log", "can't be written"),
    ("LOG_FORMAT", "xml", "text or json"),
    ("RUST_LOG", "omicron=loud", "level"),
];

#[test]
fn each_bad_value_is_told_with_its_name_and_an_example() {
    for &(name, value, words) in TABLE {
        let told = run(&[], &[(name, value)]).bad(78);
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.starts_with(&format!("omicron-server: {name}")), "{told}");
        assert!(told.contains(words) && told.contains(&format!("for example {name}=")), "{told}");
        assert!(!told.contains("tiger"), "{told}");
    }
}

#[test]
fn a_flag_is_told_as_one_and_all_bad_values_come_at_once() {
    let told =
        run(&["--port", "x", "config", "check", "--debug=perhaps"], &[("STATE", "X")]).bad(78);
    assert_eq!(told.lines().count(), 3, "{told}");
    assert!(
        told.contains("PORT=\"x\" (from a flag)") && told.contains("STATE=\"X\" (from the env")
    );
}

#[test]
fn a_file_of_settings_is_read_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str| {
        std::fs::write(folder.path().join(".env"), text).unwrap();
        with_input(&["config", "check"], &[("WORKERS", "3")], folder.path(), "")
    };
    let shown = check("# comment\nWORKERS=4\nexport PORT='81'\nROOT_PASSWORD=tiger\n").good();
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("WORKERS").contains(" 3 ") && line("WORKERS").ends_with("from the environment"));
    assert!(line("PORT").contains(" 81 ") && line("PORT").ends_with("from .env"));
    assert!(line("ROOT_PASSWORD").contains(" *** ") && line("STATE").ends_with("default"));
    let told = check("PORT=80\nROOT_PASSWORD='tiger\n").bad(78);
    assert!(told.contains("the line after that of PORT") && !told.contains("tiger"), "{told}");
}

#[test]
fn secrets_are_masked() {
    let secret = "tiger-tiger-tiger-tiger-tiger-tiger-tiger";
    let url = format!("postgres://ann:{secret}@db/lab");
    let signing = "PRIVATE+KEY+lab+f96ea3ef+AXRpZ2VyLXRpZ2VyLXRpZ2VyLXRpZ2VyLXRpZ2VyLXRp";
    let env = [
        ("DATABASE_URL", url.as_str()),
        ("TOKEN_SECRET_KEY", secret),
        ("AUDIT_SIGNING_KEY", signing),
        ("ROOT_PASSWORD", secret),
        ("METRICS_TOKEN", secret),
    ];
    let said = run(&["config", "check"], &env);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(!said.out.contains("tiger") && !said.err.contains("tiger"), "{said:?}");
    assert!(!said.out.contains("PRIVATE") && !said.err.contains("PRIVATE"), "{said:?}");
    assert!(said.out.contains("postgres://ann:***@db/lab"), "{said:?}");
}
