//! How things were: what is asked for, and the header that says what is shown.

use crate::problem::Problem;
use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest, HttpResponseBuilder};
use omicron_domain::AsOf;
use serde::Deserialize;
use std::future::{Ready, ready};
use utoipa::IntoParams;

/// As of which position in the journal the answer is.
pub(crate) const POSITION: HeaderName = HeaderName::from_static("omicron-position");

/// As of when something is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Moment {
    /// Shows how it was then, to whom may see it now: after the change at this position of the
    /// journal, at this time (RFC 3339), or `now`, which is the last position. Without it, the
    /// present is shown, which may be ahead of the last position by a moment. A list goes by
    /// `cursor` and `limit` then, not by `page`.
    #[param(example = "2026-11-24T12:00:00Z")]
    as_of: Option<String>,
}

impl Moment {
    /// As of when; `None` for the present.
    pub(crate) fn as_of(&self) -> Result<Option<AsOf>, Problem> {
        let as_of = self.as_of.as_deref().map(str::parse).transpose();
        as_of.map_err(Problem::of_field("/as_of"))
    }
}

/// A request for the present, of what is shown as of no other time: it is told so, since the present is
/// not what it asked for.
pub(crate) struct Present;

impl FromRequest for Present {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let moment = Query::<Moment>::from_query(request.query_string());
        ready(match moment {
            Ok(Query(Moment { as_of: Some(_) })) => {
                Err(Problem::invalid("/as_of", "is not taken here: only the present is shown"))
            }
            // What else is wrong with the query is no matter of time.
            Ok(_) | Err(_) => Ok(Self),
        })
    }
}

/// An answer that says as of which position it is. It has no `ETag`: the past is not changed.
pub(crate) fn as_of(mut response: HttpResponseBuilder, position: i64) -> HttpResponseBuilder {
    response.insert_header((POSITION, HeaderValue::from(position)));
    response
}
