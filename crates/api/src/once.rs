//! `Idempotency-Key`: a POST may be sent again, and is done once.

use crate::body::{Body, Document, LIMIT, Received};
use crate::etag::{json, tag_of, tag_of_version};
use crate::problem::Problem;
use crate::routes::PREFIX;
use crate::state::State;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use omicron_persistence::idempotency::{self, Answer, Outcome, Request};
use omicron_persistence::{Error, Failure, Transaction};
use serde::Serialize;
use std::convert::Infallible;
use std::future::{Ready, ready};

/// The header with a request's key.
pub(crate) const KEY: &str = "Idempotency-Key";
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key.
pub(crate) const LONGEST_KEY: usize = 255;

/// A POST that has not been read yet: its body, and the key that it may have. It is for callers
/// who are known, and for answers that hold no secret, since they are kept.
pub(crate) struct Post {
    body: Body,
    keys: Vec<Vec<u8>>,
    route: String,
    target: String,
}

impl FromRequest for Post {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Served with and without the prefix, it is one route.
        let short = |path: &str| path.strip_prefix(PREFIX).unwrap_or(path).to_owned();
        let keys = request.headers().get_all(KEY).map(|value| value.as_bytes().to_vec()).collect();
        let body = Body::from_request(request, payload).into_inner();
        ready(body.map(|body| Self {
            body,
            keys,
            route: short(&request.match_pattern().unwrap_or_default()),
            target: short(request.uri().path_and_query().map_or("/", |target| target.as_str())),
        }))
    }
}

impl Post {
    /// Whoever is not known has no keys.
    pub(crate) fn keyed_if(mut self, caller_is_known: bool) -> Self {
        if !caller_is_known {
            self.keys.clear();
        }
        self
    }

    /// The document that it must have, and the way to do what it asks for once.
    pub(crate) async fn read<T: Document>(self, state: &State) -> Result<(T, Once), Problem> {
        let (body, once) = self.receive(state, T::LIMIT).await?;
        Ok((body.needed()?, once))
    }

    /// As [`Post::read`], where a body means nothing.
    pub(crate) async fn read_nothing(self, state: &State) -> Result<Once, Problem> {
        Ok(self.receive(state, LIMIT).await?.1)
    }

    async fn receive(self, state: &State, limit: usize) -> Result<(Received, Once), Problem> {
        let key = key(&self.keys)?;
        let came_with = self.body.came_with();
        let body = self.body.receive(limit).await?;
        let request = key.map(|key| Request {
            digest: state.authenticator.digest(&[
                b"POST",
                self.target.as_bytes(),
                &body.bytes,
                came_with.as_bytes(),
            ]),
            route: self.route,
            key,
        });
        Ok((body, Once(request)))
    }
}

/// The key that a header gives, bare or as a string of RFC 8941; none if there is no header.
pub(crate) fn key(values: &[Vec<u8>]) -> Result<Option<String>, Problem> {
    let key = match values {
        [] => return Ok(None),
        [value] => match value.strip_prefix(b"\"") {
            Some(quoted) => unquoted(quoted),
            None => String::from_utf8(value.clone()).ok(),
        },
        _ => None,
    };
    let fits = |key: &String| {
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    key.filter(fits).map(Some).ok_or_else(|| {
        let form = format!("must be one key of 1 to {LONGEST_KEY} visible ASCII characters");
        Problem::invalid(format!("/{KEY}"), form)
    })
}

/// What stands between the quotes, the first of which is gone.
fn unquoted(rest: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut bytes = rest.iter();
    loop {
        match *bytes.next()? {
            b'"' => return bytes.as_slice().is_empty().then_some(text),
            b'\\' => match *bytes.next()? {
                byte @ (b'"' | b'\\') => text.push(char::from(byte)),
                _ => return None,
            },
            byte => text.push(char::from(byte)),
        }
    }
}

/// What a request with a key asks for is done once; without a key, each time.
pub(crate) struct Once(Option<Request>);

impl Once {
    /// The work, or what it answered before: for either `write` of the engine.
    pub(crate) fn around<E: Failure>(
        self,
        work: impl Fn(&mut Transaction<'_>) -> Result<Answer, E> + Send + 'static,
    ) -> impl Fn(&mut Transaction<'_>) -> Result<Outcome, E> + Send + 'static {
        move |tx| match &self.0 {
            Some(request) => idempotency::once(tx, request, &work),
            None => work(tx).map(Outcome::from),
        }
    }
}

/// What is shown, rendered in the transaction, so that it can be kept with it.
pub(crate) fn shown(status: StatusCode, view: &impl Serialize) -> Result<Answer, Error> {
    let body = serde_json::to_vec(view)
        .map_err(|error| Error::Corrupt("the view of what was changed", Box::new(error)))?;
    Ok(Answer { status: status.as_u16(), body, ..Answer::default() })
}

/// As [`shown`], with its tag.
pub(crate) fn shown_with_tag(status: StatusCode, view: &impl Serialize) -> Result<Answer, Error> {
    let answer = shown(status, view)?;
    Ok(Answer { etag: Some(tag_of(&answer.body)), ..answer })
}

/// As [`shown`], of something that has versions.
pub(crate) fn shown_version(
    status: StatusCode,
    version: i64,
    view: &impl Serialize,
) -> Result<Answer, Error> {
    let answer = shown(status, view)?;
    Ok(Answer { etag: Some(tag_of_version(version, &answer.body)), ..answer })
}

/// The response that an answer makes, the first time and again.
pub(crate) fn respond(Outcome { answer, replayed }: Outcome) -> Result<HttpResponse, Problem> {
    let status = StatusCode::from_u16(answer.status).map_err(Problem::internal)?;
    let mut response = HttpResponse::build(status);
    if let Some(location) = answer.location {
        response.insert_header((LOCATION, location));
    }
    if let Some(tag) = answer.etag {
        response.insert_header((ETAG, tag));
    }
    if replayed {
        response.insert_header((REPLAYED, "true"));
    }
    Ok(json(&mut response, answer.body))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_KEY, key};

    fn read(value: &[u8]) -> Option<String> {
        key(&[value.to_vec()]).ok().map(Option::unwrap)
    }

    #[test]
    fn a_key_is_the_same_with_quotes_and_without() {
        let key = "8e03978e-40d5-43dd-bc93-6894a57f9324";
        assert_eq!(read(key.as_bytes()).as_deref(), Some(key));
        assert_eq!(read(format!("\"{key}\"").as_bytes()).as_deref(), Some(key));
        assert_eq!(read(br#""a\"\\b""#).as_deref(), Some(r#"a"\b"#));
        assert_eq!(read(br#"a"b"#).as_deref(), Some(r#"a"b"#));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "x".repeat(LONGEST_KEY + 1);
        assert!(read(&long.as_bytes()[1..]).is_some());
        let bad: [&[u8]; 10] = [
            long.as_bytes(),
            b"",
            b"two words",
            b"\"\"",
            b"\"open",
            b"\"a\"b",
            br#""\a""#,
            br#""a\"#,
            "gr\u{fc}n".as_bytes(),
            b"\xff",
        ];
        for value in bad {
            assert_eq!(read(value), None, "{value:?}");
        }
        assert!(key(&[b"a".to_vec(), b"a".to_vec()]).is_err(), "two headers");
        assert!(matches!(key(&[]), Ok(None)));
    }
}
