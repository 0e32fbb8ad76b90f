//! The schemas of the API's own request bodies.

use std::sync::LazyLock;

use crate::Schema;

/// The files of `schemas/`, by name. A new file needs a line here; a test compares the two.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/", $name, ".schema.json")),
        )),*]
    };
}

const FILES: [(&str, &str); 27] = files![
    "bulk-item",
    "bulk-records",
    "change-member",
    "change-password",
    "change-project",
    "change-record",
    "change-template",
    "change-user",
    "change-webhook",
    "comment",
    "new-member",
    "new-owner",
    "new-password",
    "new-project",
    "new-record",
    "new-service-account",
    "new-service-token",
    "new-template",
    "new-token",
    "new-user",
    "new-webhook",
    "replay-webhook",
    "revert-record",
    "revoke-token",
    "signature",
    "unlock-record",
    "validate-document",
];

static EMBEDDED: LazyLock<Schemas> = LazyLock::new(|| Schemas {
    // None is refused: the files are part of the program, and a test compiles each.
    list: FILES.iter().filter_map(|&(name, text)| Schema::parse(name, text).ok()).collect(),
});

/// Several schemas by name.
#[derive(Debug)]
pub struct Schemas {
    list: Vec<Schema>,
}

impl Schemas {
    /// The schema of this name.
    ///
    /// ```
    /// let schema = omicron_schema::embedded().get("new-user");
    /// assert_eq!(schema.map(|schema| schema.name()), Some("new-user"));
    /// assert!(omicron_schema::embedded().get("no-such-body").is_none());
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Schema> {
        self.list.iter().find(|schema| schema.name() == name)
    }

    /// All of them, by name.
    ///
    /// ```
    /// assert!(omicron_schema::embedded().iter().any(|schema| schema.name() == "new-project"));
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Schema> {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a Schemas {
    type Item = &'a Schema;
    type IntoIter = std::slice::Iter<'a, Schema>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The schemas of the request bodies, compiled at the first call.
///
/// ```
/// use serde_json::json;
///
/// let schema = omicron_schema::embedded().get("new-user").ok_or("no such schema")?;
/// let body = json!({"username": "ann", "password": "secret", "email": "ann@example.org"});
/// assert!(schema.violations(&body).is_empty());
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn embedded() -> &'static Schemas {
    &EMBEDDED
}
