//! The REST API, for any actix-web application.
//!
//! [`serve`] runs it whole; [`configure`] mounts it in an application of one's own, which then
//! wraps it in [`schema_instead`] and, outermost, [`exchange`] to get request ids, problems and the
//! access log.
//!
//! | file | holds |
//! | --- | --- |
//! | `routes/` | a file per resource: extract, call the service, render |
//! | `problem` | every failure's status: the only file that knows any |
//! | `caller`, `body`, `listing`, `etag` | what handlers take and give |
//! | `exchange` | what happens to each request, whatever its route |
//! | `openapi`, `table` | the document, and the routes as it tells them |

mod body;
mod caller;
mod document;
mod etag;
mod exchange;
mod listing;
mod metrics;
mod openapi;
mod problem;
mod routes;
mod schema_instead;
mod server;
mod state;
mod table;
mod views;

pub use exchange::exchange;
pub use openapi::openapi_json;
pub use problem::Problem;
pub use routes::configure;
pub use schema_instead::schema_instead;
pub use server::serve;
pub use state::{MetricsAccess, Origins, Settings, State};
