//! What a stranger reads first.

use crate::support::run;
use omicron_server::settings::settings;

#[test]
fn help_names_every_setting_with_its_default() {
    let help = run(&["--help"], &[]).good();
    for setting in settings() {
        assert!(help.contains(setting.name), "{}", setting.name);
        assert!(help.contains(&format!("[{}]", setting.default.text())), "{}", setting.name);
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    insta::assert_snapshot!(help);
}

#[test]
fn every_setting_is_a_flag_of_every_command() {
    for setting in settings() {
        let flag = format!("--{}=", setting.flag());
        let told = run(&["config", "check", &flag], &[]);
        assert_eq!(told.status, 0, "{told:?}");
    }
}

#[test]
fn what_is_not_understood_is_told_with_what_may_be_meant() {
    let said = run(&["--prot", "80"], &[]);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.err.contains("'--port' exists") || said.err.contains("'--port'"), "{said:?}");
}

#[test]
fn the_openapi_document_is_printed_without_any_settings() {
    let text = run(&["openapi"], &[("PORT", "nonsense")]).good();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}
