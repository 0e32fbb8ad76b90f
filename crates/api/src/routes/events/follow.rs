//! The feed as a stream: what was missed, and then what happens.

use super::asked::What;
use crate::caller::{Caller, ReadProject, Requires as _};
use crate::live::{Follower, New, Sent};
use crate::problem::Problem;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::rt::time::timeout;
use actix_web::web::Bytes;
use futures_util::stream;
use omicron_domain::Viewer;
use omicron_persistence::View;
use omicron_persistence::feed::{Filter, Sight};
use omicron_service::{Error, feed};
use std::convert::Infallible;
use std::time::{Duration, Instant};

/// How long a caller is believed to be what they were.
const TRUST: Duration = Duration::from_secs(1);
/// How often something is sent, though nothing happens: so that both sides know of a broken line.
const BEAT: Duration = Duration::from_secs(15);
/// How many events are looked at in one step.
const AT_ONCE: usize = 500;
/// Proxies are not to hold events back.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Begins to tell the caller what happens.
pub(super) async fn begin(
    caller: Caller<ReadProject>,
    what: What,
    after: Option<i64>,
    state: &State,
) -> Result<HttpResponse, Problem> {
    let person = (*caller).clone();
    let work = move |view: &mut View<'_>, caller: &omicron_auth::Caller| {
        let sight = Sight::of(view, caller.viewer())?;
        Ok((what.filter(view)?, sight, feed::beginning(view, after)?))
    };
    let (filter, sight, at) = caller.read(state, work).await?;
    let now = Instant::now();
    let reader = Reader {
        follower: Follower::new(state.clone(), person.user.id)?,
        state: state.clone(),
        caller: person,
        filter,
        sight,
        at,
        checked: now,
        sent: now,
        step: Step::First,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(UNBUFFERED)
        .streaming(stream::unfold(reader, |mut reader| async {
            let text = reader.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(text)), reader))
        })))
}

/// Someone who is told what happens, as fast as they take it.
struct Reader {
    follower: Follower,
    state: State,
    caller: omicron_auth::Caller,
    filter: Filter,
    sight: Sight,
    /// The position up to which they were told.
    at: i64,
    /// When it was last looked whether they still may know.
    checked: Instant,
    /// When something was last sent.
    sent: Instant,
    step: Step,
}

enum Step {
    First,
    On,
    Over,
}

impl Reader {
    /// What is sent next; `None` after the last word.
    async fn next(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.step, Step::On) {
            // When a client is to connect again, in milliseconds; and where, though nothing happens.
            Step::First => return Some(format!("retry: 2000\nid: {}\n\n", self.at)),
            Step::Over => return None,
            Step::On => {}
        }
        loop {
            if self.state.is_draining() {
                return Some(self.last_word("the server stops: connect again"));
            }
            if self.checked.elapsed() >= TRUST && !self.still_may().await {
                return Some(self.last_word("your credential is no longer good for this"));
            }
            let (before, text) = (self.at, self.news().await);
            // Nothing for them, and there may be more; but who has a long way to go is told how far they
            // are, or they would begin anew where a proxy cuts a silent line.
            if text.is_empty() && self.at > before && self.sent.elapsed() < BEAT {
                continue;
            }
            if !text.is_empty() || self.sent.elapsed() >= BEAT {
                self.sent = Instant::now();
                // The id alone is kept by clients, and is no event.
                return Some(if text.is_empty() { format!("id: {}\n\n", self.at) } else { text });
            }
            let rest = TRUST.saturating_sub(self.checked.elapsed());
            let _ = timeout(rest, self.follower.news()).await;
        }
    }

    fn last_word(&mut self, why: &str) -> String {
        self.step = Step::Over;
        format!(": {why}\n\n")
    }

    /// Whether the caller is still one, and what they see now. If the database can't say, they have
    /// to wait.
    async fn still_may(&mut self) -> bool {
        let caller = self.caller.clone();
        let work = move |view: &mut View<'_>| {
            let Some(now) = omicron_auth::renewed(view, &caller)? else { return Ok(None) };
            if omicron_service::enter(&now, ReadProject::PERMISSION).is_err() {
                return Ok(None);
            }
            let sight = Sight::of(view, now.viewer())?;
            Ok::<_, Error>(Some((now, sight)))
        };
        loop {
            match self.state.engine.read(Viewer::Nobody, work.clone()).await {
                Ok(Some((caller, sight))) => {
                    (self.caller, self.sight, self.checked) = (caller, sight, Instant::now());
                    return true;
                }
                Ok(None) => return false,
                Err(_) if self.state.is_draining() => return true,
                Err(_) => actix_web::rt::time::sleep(TRUST).await,
            }
        }
    }

    /// What there is to tell now, perhaps nothing.
    async fn news(&mut self) -> String {
        let events = match self.follower.after(self.at, AT_ONCE) {
            New::Events(events) => events,
            New::TooFarBack => return self.read().await,
        };
        let mut text = String::new();
        for sent in events {
            self.at = sent.entry.position;
            if self.sight.sees(&sent.entry) && self.filter.takes(&sent.entry) {
                text.push_str(&sent.text);
            }
        }
        text
    }

    /// What happened too long ago to be kept.
    async fn read(&mut self) -> String {
        let (at, filter) = (self.at, self.filter.clone());
        let work = move |view: &mut View<'_>| feed::after(view, at, &filter, AT_ONCE);
        let Ok(news) = self.state.engine.read_slowly(self.caller.viewer(), work).await else {
            actix_web::rt::time::sleep(Duration::from_millis(500)).await;
            return String::new();
        };
        self.at = news.next;
        news.events.into_iter().map(|told| Sent::from(told).text).collect()
    }
}
