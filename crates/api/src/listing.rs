//! Lists: which part is asked for, and the headers that say which part it is.

use crate::past;
use crate::problem::Problem;
use actix_web::http::header::{HeaderName, HeaderValue, LINK};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use omicron_domain::{Listing, Page};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use utoipa::IntoParams;

/// Which part of a list: a page by number, or what follows a place.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The number of the page, from 1 on. Default 1.
    #[param(value_type = Option<i64>, minimum = 1)]
    page: Option<String>,
    /// How many items a page holds; more than 1000 gives 1000. Default 1000.
    #[param(value_type = Option<i64>, minimum = 1)]
    items_per_page: Option<String>,
    /// Where to go on, as the `Link` header of the part before says: as quick at the millionth
    /// item as at the first. Needs no `page`.
    #[param(example = "MA")]
    cursor: Option<String>,
    /// How many items a part holds that begins at a cursor. Default 1000.
    #[param(value_type = Option<i64>, minimum = 1)]
    limit: Option<String>,
}

impl Paging {
    /// What follows a cursor, of a list that has no pages: the id that it follows, and how many items
    /// at most.
    pub(crate) fn rest(&self, most: i64) -> Result<(i64, i64), Problem> {
        let asked = Self {
            page: None,
            items_per_page: None,
            cursor: self.cursor.clone(),
            limit: self.limit.clone(),
        };
        let asked = Self { limit: asked.limit.or_else(|| Some(most.to_string())), ..asked };
        let page = asked.page()?;
        Ok((page.after_id(), page.limit().min(most)))
    }

    /// The part of the list that is asked for.
    pub(crate) fn page(&self) -> Result<Page, Problem> {
        let (page, items) = (&self.page, &self.items_per_page);
        if self.cursor.is_none() && self.limit.is_none() {
            let items = number("/items_per_page", items.as_deref(), Page::MOST)?;
            let numbered = Page::numbered(number("/page", page.as_deref(), 1)?, items);
            let culprit = if items < 1 { "/items_per_page" } else { "/page" };
            return numbered.map_err(Problem::of_field(culprit));
        }
        if page.is_some() || items.is_some() {
            return Err(Problem::invalid("/cursor", "goes with limit, not with page"));
        }
        let after = match self.cursor.as_deref() {
            None | Some("") => 0,
            Some(cursor) => place(cursor).ok_or_else(|| {
                Problem::invalid("/cursor", "must be one that a Link header of this list gave")
            })?,
        };
        let limit = number("/limit", self.limit.as_deref(), Page::MOST)?;
        Page::after(after, limit).map_err(Problem::of_field("/limit"))
    }

    /// The part of a list of the past: it has no numbered pages, since those count it.
    pub(crate) fn of_the_past(&self) -> Result<Page, Problem> {
        if self.page.is_some() || self.items_per_page.is_some() {
            return Err(Problem::invalid("/page", "does not go with as_of: use cursor and limit"));
        }
        match self.page()? {
            Page::Numbered { items, .. } => {
                Page::after(0, items).map_err(Problem::of_field("/limit"))
            }
            after @ Page::After { .. } => Ok(after),
        }
    }
}

pub(crate) fn number(
    pointer: &'static str,
    text: Option<&str>,
    default: i64,
) -> Result<i64, Problem> {
    match text {
        None => Ok(default),
        Some(text) => text
            .parse()
            .map_err(|_| omicron_domain::Invalid::NotAPage)
            .map_err(Problem::of_field(pointer)),
    }
}

/// A parameter that is true or false; `None`, if it is not given.
pub(crate) fn truth(pointer: &'static str, text: Option<&str>) -> Result<Option<bool>, Problem> {
    let read =
        |text: &str| text.parse().map_err(|_| Problem::invalid(pointer, "must be true or false"));
    text.filter(|text| !text.is_empty()).map(read).transpose()
}

/// A cursor is the id it follows, written so that nobody counts on that.
fn place(cursor: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok().filter(|id| *id >= 0)
}

pub(crate) fn cursor(id: i64) -> String {
    URL_SAFE_NO_PAD.encode(id.to_string())
}

/// The place where a list goes on, if there may be more.
pub(crate) fn next<T, P>(items: &[T], limit: i64, place: impl Fn(&T) -> P) -> Option<P> {
    let is_full = i64::try_from(items.len()).is_ok_and(|length| length == limit);
    items.last().filter(|_| is_full).map(place)
}

/// The link to the part that follows this id.
pub(crate) fn next_link(request: &HttpRequest, after: i64, limit: i64) -> String {
    cursor_link(request, &cursor(after), limit, "")
}

/// The link to the part that follows this place, with more parameters.
pub(crate) fn cursor_link(request: &HttpRequest, cursor: &str, limit: i64, more: &str) -> String {
    link(request, &format!("cursor={cursor}&limit={limit}{more}"), "next")
}

/// The headers of a list as of a position, which goes on at a cursor: the link keeps to the position,
/// so that a walk sees one moment.
pub(crate) fn of_the_past(
    request: &HttpRequest,
    limit: i64,
    position: i64,
    next: Option<String>,
) -> HttpResponseBuilder {
    let mut response = past::as_of(HttpResponse::Ok(), position);
    if let Some(cursor) = next {
        let moment = format!("&as_of={position}");
        response.insert_header((LINK, cursor_link(request, &cursor, limit, &moment)));
    }
    response
}

/// A list's body with the headers that say which part of the list it is.
pub(crate) fn answer<T, B: Serialize>(
    request: &HttpRequest,
    page: Page,
    listing: Listing<T>,
    id: impl Fn(&T) -> i64,
    body: impl FnOnce(Vec<T>) -> B,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    let mut header = |name: &'static str, value: i64| {
        response.insert_header((HeaderName::from_static(name), HeaderValue::from(value)));
    };
    let link = match page {
        Page::Numbered { number, items } => {
            let total = listing.total.unwrap_or_default();
            header("page", number);
            header("items_per_page", items);
            header("count", total);
            numbered_links(request, number, items, total)
        }
        Page::After { limit, .. } => next(&listing.items, limit, id)
            .map(|after| next_link(request, after, limit))
            .unwrap_or_default(),
    };
    if !link.is_empty() {
        response.insert_header((LINK, link));
    }
    response.json(body(listing.items))
}

fn numbered_links(request: &HttpRequest, number: i64, items: i64, total: i64) -> String {
    let last = ((total + items - 1) / items).max(1);
    let mut links = String::new();
    let mut add = |page: i64, relation: &str| {
        let separator = if links.is_empty() { "" } else { ", " };
        let query = format!("page={page}&items_per_page={items}");
        // Writing into a string does not fail.
        let _ = write!(links, "{separator}{}", link(request, &query, relation));
    };
    add(1, "first");
    if number > 1 {
        add((number - 1).min(last), "prev");
    }
    if number < last {
        add(number + 1, "next");
    }
    add(last, "last");
    links
}

/// A link to another part of the same list, with the request's other parameters.
fn link(request: &HttpRequest, query: &str, relation: &str) -> String {
    const OURS: [&str; 5] = ["page", "items_per_page", "cursor", "limit", "as_of"];
    let others: String = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(|pair| !name_of(pair).is_some_and(|name| OURS.contains(&name.as_str())))
        .fold(String::new(), |others, pair| others + "&" + pair);
    // A raw query may hold what would end the link.
    let others = others.replace('<', "%3C").replace('>', "%3E");
    format!("<{}?{query}{others}>; rel=\"{relation}\"", request.path())
}

/// The name of one parameter, as it is read; `page` may be written `p%61ge`.
fn name_of(pair: &str) -> Option<String> {
    let pairs = Query::<Vec<(String, String)>>::from_query(pair).ok()?.into_inner();
    pairs.into_iter().next().map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn links_keep_the_search() {
        let request = TestRequest::with_uri("/users?page=2&contains=a%20b").to_http_request();
        let links = numbered_links(&request, 2, 10, 25);
        assert_eq!(
            links,
            "</users?page=1&items_per_page=10&contains=a%20b>; rel=\"first\", \
             </users?page=1&items_per_page=10&contains=a%20b>; rel=\"prev\", \
             </users?page=3&items_per_page=10&contains=a%20b>; rel=\"next\", \
             </users?page=3&items_per_page=10&contains=a%20b>; rel=\"last\""
        );
    }

    #[test]
    fn a_link_has_each_parameter_of_ours_once_however_it_was_written() {
        let request = TestRequest::with_uri("/users?p%61ge=2&p=%zz&ends_with=c").to_http_request();
        let link = link(&request, "page=3", "next");
        assert_eq!(link, "</users?page=3&p=%zz&ends_with=c>; rel=\"next\"");
    }

    #[test]
    fn a_cursor_is_read_as_it_was_given() {
        assert_eq!(place(&cursor(i64::MAX)), Some(i64::MAX));
        assert_eq!(place("LTE"), None, "-1 is no place");
        assert_eq!(place("%%%"), None);
    }
}
