//! What is done now and then, beside the requests.

use crate::error::chain;
use omicron_api::State;
use omicron_domain::Actor;
use omicron_persistence::{Error, tokens};
use std::time::Duration;

/// Writes down when tokens were used, and removes those that have expired.
pub(super) async fn each_minute(state: State) {
    loop {
        actix_web::rt::time::sleep(Duration::from_mins(1)).await;
        let flushed = state.flush_last_use().await;
        let removed = state.engine.write(Actor::command_line(), tokens::remove_expired).await;
        match flushed.and(removed) {
            // There will be a better minute.
            Ok(0) | Err(Error::Overloaded) => {}
            Ok(count) => log::debug!(count; "removed expired tokens"),
            Err(error) => log::warn!("tokens could not be tidied up: {}", chain(&error)),
        }
    }
}
