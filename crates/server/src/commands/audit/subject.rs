//! What a proof is to be about, as people write it.

use omicron_domain::{
    CommentId, ProjectId, RecordId, RecordKind, Subject, TemplateId, TokenId, UserId,
};

/// What `sample:12` or `samples/12` names.
pub(super) fn parse(text: &str) -> Result<Subject, String> {
    let parts = text.split_once([':', '/']);
    let parts = parts.and_then(|(kind, id)| Some((kind, id.parse().ok()?)));
    let found = parts.and_then(|(kind, id): (&str, i64)| match kind {
        "project" | "projects" => Some(Subject::Project(ProjectId(id))),
        "template" | "templates" => Some(Subject::Template(TemplateId(id))),
        "comment" | "comments" => Some(Subject::Comment(CommentId(id))),
        "user" | "users" => Some(Subject::User(UserId(id))),
        "token" | "tokens" => Some(Subject::Token(TokenId(id))),
        kind => {
            let kind = RecordKind::from_plural(kind).or_else(|| kind.parse().ok())?;
            Some(Subject::Record(kind, RecordId(id)))
        }
    });
    found.ok_or_else(|| {
        "must be a kind and an id, such as sample:12, experiments/3, template:4 or project:5"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_subject_is_written_as_in_the_journal_or_as_in_an_address() {
        for (text, expected) in [
            ("sample:12", "sample:12"),
            ("experiments/3", "experiment:3"),
            ("projects/5", "project:5"),
            ("user:1", "user:1"),
        ] {
            assert_eq!(super::parse(text).unwrap().to_string(), expected);
        }
        for text in ["12", "sample", "sample:x", "event:3", "thing:1", ""] {
            assert!(super::parse(text).unwrap_err().contains("sample:12"), "{text}");
        }
    }
}
