//! Ids, a type for each kind of thing, so that none is taken for another.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The id of a person.
    ///
    /// ```
    /// assert_eq!(omicron_domain::UserId(7).to_string(), "7");
    /// ```
    UserId
}

id! {
    /// The id of a project.
    ///
    /// ```
    /// assert!(omicron_domain::ProjectId(1) < omicron_domain::ProjectId(2));
    /// ```
    ProjectId
}

id! {
    /// The id of a token: what a list shows and the journal keeps, never the token itself.
    ///
    /// ```
    /// assert_eq!(omicron_domain::TokenId::from(3).0, 3);
    /// ```
    TokenId
}

id! {
    /// The id of a record: an experiment, a sample, a protocol or an instrument.
    ///
    /// ```
    /// assert_eq!(omicron_domain::RecordId(12).to_string(), "12");
    /// ```
    RecordId
}

id! {
    /// The id of a template.
    ///
    /// ```
    /// assert_eq!(omicron_domain::TemplateId::from(3).0, 3);
    /// ```
    TemplateId
}

id! {
    /// The id of a comment on a record.
    ///
    /// ```
    /// assert_ne!(omicron_domain::CommentId(1), omicron_domain::CommentId(2));
    /// ```
    CommentId
}

id! {
    /// The id of a person's signature of a record.
    ///
    /// ```
    /// assert_eq!(omicron_domain::SignatureId(5).to_string(), "5");
    /// ```
    SignatureId
}

id! {
    /// The id of a webhook.
    ///
    /// ```
    /// assert_eq!(omicron_domain::WebhookId(4).to_string(), "4");
    /// ```
    WebhookId
}

id! {
    /// The id of a delivery to a webhook.
    ///
    /// ```
    /// assert!(omicron_domain::DeliveryId(1) < omicron_domain::DeliveryId(2));
    /// ```
    DeliveryId
}
