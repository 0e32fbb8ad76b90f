//! What is done now and then, beside the requests.

use omicron_api::State;
use omicron_domain::Actor;
use omicron_persistence::{Error, tokens};
use std::time::Duration;

/// Writes down when tokens were used, and removes those that have expired.
pub(super) async fn each_minute(state: State) {
    let mut minutes = actix_web::rt::time::interval(Duration::from_mins(1));
    loop {
        minutes.tick().await;
        let flushed = state.flush_last_use().await;
        let removed = state.engine.write(Actor::command_line(), tokens::remove_expired).await;
        match flushed.and(removed) {
            Ok(0) => {}
            Ok(count) => log::debug!(count; "removed expired tokens"),
            // There will be a better minute.
            Err(Error::Overloaded) => {}
            Err(error) => log::warn!(error:err; "tokens could not be tidied up"),
        }
    }
}
