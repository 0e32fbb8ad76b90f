//! What happens in the laboratory, posted to those who asked for it.
//!
//! A [`Worker`] reads what webhooks there are, makes deliveries of what has happened, posts them and
//! writes down what became of each. Any number of servers may do so on one database. An event is posted
//! at least once; what happens to one subject goes out in order; a delivery that fails is tried again
//! for days, as `schedule` says.
//!
//! | file | holds |
//! | --- | --- |
//! | `network` | which addresses may be connected to |
//! | `gate` | the resolver that lets no other address through |
//! | `client` | the HTTP client, which knows of no redirects and no proxies |
//! | `schedule` | when something is tried again |
//! | `desk` | which deliveries are next, and what their replies mean |
//! | `worker` | the threads |

mod client;
mod desk;
mod gate;
mod network;
mod schedule;
mod worker;

pub use client::{Client, Post, Reply};
pub use desk::{Desk, Letter};
pub use gate::{Forbidden, Gate};
pub use network::{Networks, NotANetwork};
pub use schedule::pause_after;
pub use worker::Worker;
