//! Rows of `users`, and the people they stand for.

use crate::connection::MultiBackend;
use crate::tables::users;
use crate::{Error, stored};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use omicron_domain::{User, UserId, UserStatus, UserSummary};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
#[expect(clippy::struct_excessive_bools, reason = "they are the columns of the table")]
pub(crate) struct UserRow {
    id: i64,
    username: String,
    email: String,
    administrator: bool,
    approved: bool,
    disabled: bool,
    date_created: NaiveDateTime,
    service_account: bool,
    date_anonymised: Option<NaiveDateTime>,
}

impl TryFrom<UserRow> for User {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self, Error> {
        Ok(Self {
            id: UserId(row.id),
            username: stored("users.username", row.username)?,
            email: stored("users.email", row.email)?,
            administrator: row.administrator,
            status: match (row.date_anonymised, row.disabled, row.approved) {
                (Some(_), ..) => UserStatus::Anonymised,
                (None, true, _) => UserStatus::Disabled,
                (None, false, false) => UserStatus::Pending,
                (None, false, true) => UserStatus::Active,
            },
            service_account: row.service_account,
            date_created: row.date_created.and_utc(),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub(crate) struct SummaryRow {
    id: i64,
    username: String,
    email: String,
    date_created: NaiveDateTime,
}

impl TryFrom<SummaryRow> for UserSummary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        Ok(Self {
            id: UserId(row.id),
            username: stored("users.username", row.username)?,
            email: stored("users.email", row.email)?,
            date_created: row.date_created.and_utc(),
        })
    }
}
