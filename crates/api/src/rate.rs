//! How much each caller may ask for.

use crate::client;
use crate::limits;
use crate::problem::Problem;
use crate::signed;
use crate::state::State;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse};
use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use omicron_auth::Network;
use omicron_domain::UserId;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What must be answered, however much is asked.
const UNLIMITED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Of so many requests, one looks for callers that can be forgotten.
const FORGET: u32 = 16_384;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Asker {
    /// Someone who has shown who they are.
    User(UserId),
    /// Someone at an address.
    Stranger(Network),
}

type Limiter =
    RateLimiter<Asker, HashMapStateStore<Asker>, MonotonicClock, StateInformationMiddleware>;

/// The requests of each caller.
pub(crate) struct Rates {
    limiter: Option<(Limiter, HeaderValue)>,
    asked: AtomicU32,
}

/// What is left to a caller, or how long they have to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    left: u32,
    quota: u32,
    wait: Option<Duration>,
}

impl Rates {
    /// So many requests a minute, all of them at once if need be; 0 for no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        let limiter = NonZeroU32::new(per_minute).map(|quota| {
            let policy = HeaderValue::try_from(format!("\"caller\";q={quota};w=60"));
            let store = HashMapStateStore::default();
            let limiter = Limiter::new(Quota::per_minute(quota), store, MonotonicClock);
            (limiter, policy.unwrap_or(HeaderValue::from_static("")))
        });
        Self { limiter, asked: AtomicU32::new(0) }
    }

    fn ask(&self, asker: Asker) -> Option<Standing> {
        let (limiter, _) = self.limiter.as_ref()?;
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET == FORGET - 1 {
            limiter.retain_recent();
        }
        Some(match limiter.check_key(&asker) {
            Ok(state) => Standing {
                left: state.remaining_burst_capacity(),
                quota: state.quota().burst_size().get(),
                wait: None,
            },
            Err(until) => Standing {
                left: 0,
                quota: until.quota().burst_size().get(),
                wait: Some(until.wait_time_from(MonotonicClock.now())),
            },
        })
    }
}

impl Standing {
    /// `"caller";r=59999;t=1`: what is left, and in how many seconds all of it is again.
    fn header(&self) -> HeaderValue {
        let missing = u64::from(self.quota - self.left.min(self.quota));
        let seconds = (missing * 60).div_ceil(u64::from(self.quota));
        let mut text = String::with_capacity(32);
        let _ = write!(text, "\"caller\";r={};t={seconds}", self.left);
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
    }

    fn refusal(&self) -> Option<Problem> {
        self.wait.map(|wait| Problem::throttled("you have asked for more than is allowed", wait))
    }
}

/// Counts a request of someone who is known by now.
pub(crate) fn count(request: &HttpRequest, state: &State, user: UserId) -> Result<(), Problem> {
    counted(request, state, Asker::User(user)).map_or(Ok(()), Err)
}

/// Counts the request once; why it is refused, if it is.
fn counted(request: &HttpRequest, state: &State, asker: Asker) -> Option<Problem> {
    let standing = state.rates.ask(asker)?;
    request.extensions_mut().insert(standing);
    standing.refusal()
}

/// Wraps the routes: `App::new().wrap(from_fn(rate::limited))`. Whoever shows no credentials is
/// counted by their address before anything is done for them; all others once it is known who they
/// are, or that they are nobody.
///
/// # Errors
/// Those of what it wraps.
pub async fn limited<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let url = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if url > limits::URL {
        return Ok(refused(request.into_parts().0, Problem::too_long(limits::URL)));
    }
    let state = State::of(request.request())?.clone();
    if state.rates.limiter.is_none() || UNLIMITED.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    if !shows_credentials(&request)
        && let Some(problem) = count_stranger(request.request(), &state)
    {
        return Ok(told(refused(request.into_parts().0, problem), &state));
    }
    let response = next.call(request).await?;
    let is_counted = response.request().extensions().contains::<Standing>();
    if !is_counted && let Some(problem) = count_stranger(response.request(), &state) {
        return Ok(told(refused(response.into_parts().0, problem), &state));
    }
    Ok(told(response.map_into_left_body(), &state))
}

fn shows_credentials(request: &ServiceRequest) -> bool {
    request.headers().contains_key(AUTHORIZATION) || signed::is_signed(request.request())
}

fn count_stranger(request: &HttpRequest, state: &State) -> Option<Problem> {
    counted(request, state, Asker::Stranger(client::address(request).into()))
}

fn refused<B>(request: HttpRequest, problem: Problem) -> ServiceResponse<EitherBody<B, BoxBody>> {
    ServiceResponse::new(request, HttpResponse::from(problem)).map_into_right_body()
}

/// Says in the headers how the caller stands.
fn told<B>(mut response: ServiceResponse<B>, state: &State) -> ServiceResponse<B> {
    let standing = response.request().extensions().get::<Standing>().copied();
    if let (Some(standing), Some((_, policy))) = (standing, &state.rates.limiter) {
        response.headers_mut().insert(RATE_LIMIT, standing.header());
        response.headers_mut().insert(RATE_LIMIT_POLICY, policy.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn asker(id: i64) -> Asker {
        Asker::User(UserId(id))
    }

    #[test]
    fn each_caller_has_a_share_of_their_own() {
        let rates = Rates::new(3);
        let ask = |id| rates.ask(asker(id)).unwrap();
        assert_eq!([1, 1, 1].map(|id| ask(id).left), [2, 1, 0]);
        let over = ask(1);
        let wait = over.wait.unwrap();
        assert!(wait > Duration::from_secs(18) && wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(over.header(), "\"caller\";r=0;t=60");
        assert_eq!(ask(2).header(), "\"caller\";r=2;t=20");
        assert!(Rates::new(0).ask(asker(1)).is_none());
    }

    #[test]
    fn callers_are_forgotten_when_they_have_their_share_again() {
        let rates = Rates::new(1_000_000_000);
        for id in 0..i64::from(FORGET) * 2 {
            rates.ask(asker(id));
        }
        let (limiter, _) = rates.limiter.as_ref().unwrap();
        assert!(limiter.len() <= FORGET as usize, "{}", limiter.len());
    }

    #[test]
    #[ignore = "a figure, not a test"]
    fn what_it_costs() {
        let rates = Rates::new(4_000_000_000);
        let start = Instant::now();
        for id in 0..1_000_000 {
            std::hint::black_box(rates.ask(asker(id % 100)).map(|standing| standing.header()));
        }
        println!("{:?} each", start.elapsed() / 1_000_000);
    }
}
