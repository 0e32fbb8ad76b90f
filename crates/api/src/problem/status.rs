//! Which failure has which status: the only file that says so.

use super::Problem;
use actix_web::http::StatusCode;
use omicron_auth::Error as Auth;
use omicron_domain::{RecordId, Refusal};
use omicron_persistence::{Error as Database, Refused};
use omicron_schema::Violation;
use omicron_service::Error as Service;
use omicron_service::records::Difference;
use serde_json::{Map, Value, json};
use std::time::Duration;

impl From<Service> for Problem {
    fn from(error: Service) -> Self {
        let detail = error.to_string();
        match error {
            Service::NotFound(_) => Self::of_status(StatusCode::NOT_FOUND, detail),
            Service::Forbidden(_)
            | Service::PasswordNeeded
            | Service::RegistrationClosed
            | Service::NoSigner
            | Service::NotTheirs => Self::forbidden(detail),
            Service::OutOfScope(permission) => Self::out_of_scope(permission, detail),
            Service::Signed => {
                Self::new(StatusCode::CONFLICT, "signed", format!("the record {detail}"))
            }
            Service::Archived => Self::new(StatusCode::CONFLICT, "archived", detail),
            Service::ServiceAccount { pointer, .. } | Service::UnknownProject { pointer } => {
                Self::invalid(pointer, detail)
            }
            Service::OtherResource(..) => Self::invalid("/resource", detail),
            Service::StaleCredentials => Self::bad_credentials(detail),
            Service::LastAdministrator
            | Service::Anonymised(_)
            | Service::OwnsProjects { .. }
            | Service::Trashed
            | Service::NotSigned
            | Service::NotEmpty => Self::new(StatusCode::CONFLICT, "conflict", detail),
            Service::BeyondTheLast { .. } => Self::invalid("/after", detail),
            Service::StillToCome { .. } => Self::invalid("/as_of", detail),
            Service::WrongCode => Self::invalid("/code", detail),
            Service::UnknownUser { pointer, .. } => Self::invalid(pointer, detail),
            Service::Changed => Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail),
            Service::Unsigned => Self::unsigned(detail),
            Service::Invalid(violations) => Self::violations(violations),
            Service::Unbased => {
                Self::new(StatusCode::PRECONDITION_REQUIRED, "precondition-required", detail)
            }
            Service::Outdated { version, changes } => {
                Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail)
                    .with("current_version", version.into())
                    .with("changes", changes.into_iter().map(told).collect())
            }
            Service::Unsatisfied { records, more } => {
                Self::new(StatusCode::CONFLICT, "unsatisfied", detail)
                    .with("records", records.into_iter().map(unsatisfied).collect())
                    .with("more", more.into())
            }
            Service::Database(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

/// What has changed in one place.
pub(crate) fn told(Difference { pointer, from, to }: Difference) -> Value {
    let mut told = Map::from_iter([("pointer".to_owned(), pointer.into())]);
    told.extend(from.map(|from| ("from".to_owned(), from)));
    told.extend(to.map(|to| ("to".to_owned(), to)));
    told.into()
}

fn unsatisfied((id, violations): (RecordId, Vec<Violation>)) -> Value {
    let error = |Violation { pointer, message }| json!({"pointer": pointer, "message": message});
    let errors: Vec<Value> = violations.into_iter().map(error).collect();
    json!({"id": id, "errors": errors})
}

impl Problem {
    /// The next checkpoint is signed within a few seconds.
    fn unsigned(detail: String) -> Self {
        let wait = Some(Duration::from_secs(2));
        Self { wait, ..Self::new(StatusCode::CONFLICT, "unsigned", detail) }
    }

    /// What someone gets who may not do a thing, as the errors in this file say it.
    pub(crate) fn status_of(refusal: Refusal) -> StatusCode {
        match refusal {
            Refusal::Status | Refusal::Grant | Refusal::Role => StatusCode::FORBIDDEN,
            Refusal::Unseen => StatusCode::NOT_FOUND,
            Refusal::Archived => StatusCode::CONFLICT,
        }
    }
}

impl From<Auth> for Problem {
    fn from(error: Auth) -> Self {
        let detail = error.to_string();
        match error {
            Auth::WrongCredentials | Auth::Signature(_) => Self::bad_credentials(detail),
            Auth::Pending | Auth::Disabled => Self::forbidden(detail),
            Auth::Throttled(wait) => Self::throttled(detail, wait),
            Auth::Busy => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", detail),
            Auth::Database(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

/// A job that was not done.
impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", refused.to_string()),
            Refused::Panicked => Self::internal(refused),
        }
    }
}

impl From<Database> for Problem {
    fn from(error: Database) -> Self {
        let detail = error.to_string();
        let mut problem = match error {
            Database::UsernameTaken | Database::ProjectNameTaken | Database::TemplateNameTaken => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "taken", detail)
            }
            Database::AlreadyMember
            | Database::OwnerStays
            | Database::SignedAlready
            | Database::NotAsWritten
            | Database::TooManyWebhooks(_)
            | Database::Gone => Self::new(StatusCode::CONFLICT, "conflict", detail),
            Database::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", detail)
            }
            Database::KeyInUse => Self::new(StatusCode::CONFLICT, "idempotency-key-in-use", detail),
            Database::Overloaded | Database::Conflict(_) | Database::Unavailable(_) => {
                Self::unavailable(detail)
            }
            // No word of trying again: it may have happened.
            Database::Uncertain(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "uncertain", detail)
            }
            Database::DiskFull(_) => Self::of_status(StatusCode::INSUFFICIENT_STORAGE, detail),
            _ => return Self::internal(error),
        };
        problem.cause = Some(Box::new(error));
        problem
    }
}
