//! Texts and times as they are written, to the letter. SQLite keeps whatever its owner puts in the place of
//! one: a text that is none, or a time that is none or means the same as another one.

use crate::View;
use crate::connection::AnyConnection;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromStaticSqlRow, Queryable};
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Binary, Nullable};

/// What is read where there is no text: nobody can have written it.
const NONE: &str = "\0";

/// How a database is asked for what is written.
#[derive(Clone, Copy)]
pub(super) enum Written {
    Sqlite,
    Postgres,
}

/// What is written in one place.
pub(super) struct Words(Option<Vec<u8>>);

impl Written {
    pub(super) fn of(view: &View<'_>) -> Self {
        match view.connection {
            AnyConnection::Sqlite(_) => Self::Sqlite,
            AnyConnection::Postgres(_) => Self::Postgres,
        }
    }

    /// A column of texts.
    pub(super) fn text(self, column: &str) -> SqlLiteral<Nullable<Binary>> {
        diesel::dsl::sql(&match self {
            Self::Sqlite => format!("CAST({column} AS BLOB)"),
            Self::Postgres => format!("convert_to({column}, 'UTF8')"),
        })
    }

    /// A column of times, which are still to be [read](Self::read_time).
    pub(super) fn time(self, column: &str) -> SqlLiteral<Nullable<Binary>> {
        match self {
            Self::Sqlite => self.text(column),
            Self::Postgres => {
                self.text(&format!(r#"to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"AD')"#))
            }
        }
    }

    /// A time as a leaf has it.
    pub(super) fn read_time(self, text: Option<String>) -> Option<String> {
        match self {
            Self::Sqlite => of_sqlite(&text?),
            Self::Postgres => text?.strip_suffix("AD").map(str::to_owned),
        }
    }
}

/// `2026-11-24 12:00:00.12`, in groups of three digits without those that are zero.
fn of_sqlite(text: &str) -> Option<String> {
    let (date, clock) = text.split_once(' ')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let micros = match fraction.len() {
        0 if !text.ends_with('.') => "000000",
        3 if fraction != "000" => &format!("{fraction}000"),
        6 if !fraction.ends_with("000") => fraction,
        _ => return None,
    };
    Some(format!("{date}T{clock}.{micros}Z"))
}

impl Words {
    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.unwrap_or_default()
    }
}

impl<DB: Backend> Queryable<Nullable<Binary>, DB> for Words
where
    Option<Vec<u8>>: FromStaticSqlRow<Nullable<Binary>, DB>,
{
    type Row = Option<Vec<u8>>;

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(Self(row))
    }
}

impl From<Words> for Option<String> {
    fn from(words: Words) -> Self {
        words.0.map(|bytes| String::from_utf8(bytes).unwrap_or_else(|_| NONE.to_owned()))
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        Option::from(words).unwrap_or_else(|| NONE.to_owned())
    }
}
