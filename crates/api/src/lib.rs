//! The REST API, for any actix-web application.
//!
//! [`serve`] runs it whole; [`configure`] mounts it in an application of one's own, which then
//! wraps it in [`schema_instead`], [`limited`] and, outermost, [`exchange`] to get rate limits, request
//! ids, problems and the access log.
//!
//! | file | holds |
//! | --- | --- |
//! | `routes/` | a file per resource: extract, call the service, render |
//! | `problem` | every failure's status: the only file that knows any |
//! | `caller`, `body`, `once`, `listing`, `past`, `etag` | what handlers take and give |
//! | `client`, `limits`, `rate`, `unread` | who asks from where, and how much they may |
//! | `signed` | what a signature sees of a request |
//! | `exchange` | what happens to each request, whatever its route |
//! | `fuzzing` | what `tests/fuzz` reaches; no other build has it |
//! | `openapi`, `table` | the document, and the routes as it tells them |

mod body;
mod caller;
mod client;
mod document;
mod etag;
mod exchange;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod listing;
mod live;
mod metrics;
mod once;
mod openapi;
mod origin;
mod past;
mod problem;
mod rate;
mod routes;
mod schema_instead;
mod server;
mod signed;
mod state;
mod table;
mod unread;
mod views;

pub use exchange::exchange;
pub use limits::Limits;
pub use openapi::openapi_json;
pub use problem::Problem;
pub use rate::limited;
pub use routes::configure;
pub use schema_instead::schema_instead;
pub use server::serve;
pub use state::{MetricsAccess, Origins, Settings, State};
