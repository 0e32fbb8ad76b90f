//! Tokens, as clients are shown them.

use super::time;
use omicron_domain::{Grant, Scope, Token};
use serde::Serialize;
use utoipa::ToSchema;

/// A new token: the only time that its text is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    #[schema(example = "a409a362-d733-11e5-b625-7e14f79230d0")]
    pub(crate) token: String,
    /// The key to sign requests with, in base64; it never goes back to the server.
    #[schema(example = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=")]
    pub(crate) signing_key: String,
    #[serde(flatten)]
    pub(crate) about: TokenView,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: i64,
    #[schema(format = DateTime)]
    date_created: String,
    name: Option<String>,
    #[schema(example = json!(["read", "ingest"]))]
    scopes: Vec<&'static str>,
    /// The one project in which it is good for that.
    project_id: Option<i64>,
    /// Missing if it has no end.
    #[schema(format = DateTime)]
    expiration_date: Option<String>,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used: Option<String>,
}

/// What a token is good for, by name.
fn scopes(grant: Grant) -> Vec<&'static str> {
    grant.scopes.iter().map(Scope::as_str).collect()
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.0,
            date_created: time(token.date_created),
            name: token.name.map(String::from),
            scopes: scopes(token.grant),
            project_id: token.grant.project.map(|project| project.0),
            expiration_date: token.expiration_date.map(time),
            last_used: token.last_used.map(time),
        }
    }
}

/// Live tokens, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokensView {
    pub(crate) tokens: Vec<TokenView>,
}

/// That a token has ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenStatusView {
    #[schema(example = "deleted")]
    pub(crate) token_status: &'static str,
}
