//! Which failure has which status: the only file that says so.

use super::Problem;
use actix_web::http::StatusCode;
use omicron_auth::Error as Auth;
use omicron_domain::Refusal;
use omicron_persistence::Error as Database;
use omicron_service::Error as Service;

impl From<Service> for Problem {
    fn from(error: Service) -> Self {
        let detail = error.to_string();
        match error {
            Service::NotFound(_) => Self::of_status(StatusCode::NOT_FOUND, detail),
            Service::Forbidden(_) | Service::PasswordNeeded | Service::RegistrationClosed => {
                Self::forbidden(detail)
            }
            Service::OutOfScope(permission) => Self::out_of_scope(permission, detail),
            Service::Archived => Self::new(StatusCode::CONFLICT, "archived", detail),
            Service::ServiceAccount { pointer, .. } | Service::UnknownProject { pointer } => {
                Self::invalid(pointer, detail)
            }
            Service::OtherResource(..) => Self::invalid("/resource", detail),
            Service::StaleCredentials => Self::bad_credentials(detail),
            Service::LastAdministrator | Service::Anonymised(_) | Service::OwnsProjects { .. } => {
                Self::new(StatusCode::CONFLICT, "conflict", detail)
            }
            Service::WrongCode => Self::invalid("/code", detail),
            Service::UnknownUser { pointer, .. } => Self::invalid(pointer, detail),
            Service::Changed => Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail),
            Service::Database(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl Problem {
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

impl From<Database> for Problem {
    fn from(error: Database) -> Self {
        let detail = error.to_string();
        let mut problem = match error {
            Database::UsernameTaken | Database::ProjectNameTaken => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "taken", detail)
            }
            Database::AlreadyMember | Database::OwnerStays | Database::Gone => {
                Self::new(StatusCode::CONFLICT, "conflict", detail)
            }
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
