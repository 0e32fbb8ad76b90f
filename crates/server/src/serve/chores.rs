//! What is done now and then, beside the requests.

use crate::error::chain;
use omicron_api::State;
use omicron_domain::Actor;
use omicron_persistence::{Error, Transaction, idempotency, nonces, resets, tokens, webhooks};
use std::time::Duration;

/// Writes down when tokens were used, and removes what has expired.
pub(super) async fn each_minute(state: State) {
    loop {
        actix_web::rt::time::sleep(Duration::from_mins(1)).await;
        state.purge_again().await;
        let flushed = state.flush_last_use().await;
        let removed = state.engine.write(Actor::command_line(), remove_expired).await;
        match flushed.and(removed) {
            // There will be a better minute.
            Ok(0) | Err(Error::Overloaded) => {}
            Ok(count) => log::debug!(count; "removed what has expired"),
            Err(error) => log::warn!("what has expired could not be removed: {}", chain(&error)),
        }
    }
}

fn remove_expired(tx: &mut Transaction<'_>) -> Result<usize, Error> {
    let secrets = nonces::remove_expired(tx)? + resets::remove_expired(tx)?;
    let deliveries = webhooks::remove_old(tx)?;
    Ok(tokens::remove_expired(tx)? + idempotency::remove_expired(tx)? + secrets + deliveries)
}
