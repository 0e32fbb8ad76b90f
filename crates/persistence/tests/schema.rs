//! Both databases have the same tables, columns and constraints.

use crate::support::lab;
use omicron_tests::Backend;
use std::collections::BTreeSet;

const COLUMNS_OF_SQLITE: &str = r#"
    SELECT t.name || '.' || c.name || ' ' || CASE c.type
               WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE lower(c.type) END
           || CASE WHEN c."notnull" THEN ' not null' ELSE '' END
           || CASE WHEN c.pk THEN ' key ' || c.pk ELSE '' END AS value
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\_\_%' ESCAPE '\'"#;

const COLUMNS_OF_POSTGRES: &str = r"
    SELECT c.relname || '.' || a.attname || ' ' ||
           replace(format_type(a.atttypid, NULL), ' without time zone', '')
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
           || coalesce(' key ' || array_position(k.conkey, a.attnum), '') AS value
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE '\_\_%'";

const INDEXES_OF_SQLITE: &str =
    "SELECT name AS value FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'";

const INDEXES_OF_POSTGRES: &str = r"
    SELECT c.relname AS value FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)";

const CONSTRAINTS_OF_POSTGRES: &str = r"
    SELECT conname AS value FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u')";

const REFERENCES_WITHOUT_INDEX: &str = r"
    SELECT k.conname AS value FROM pg_constraint k
    WHERE k.connamespace = 'public'::regnamespace AND k.contype = 'f' AND NOT EXISTS (
        SELECT 1 FROM pg_index i
        WHERE i.indrelid = k.conrelid AND i.indkey[0] = ANY (k.conkey))";

fn set(values: Vec<String>) -> BTreeSet<String> {
    values.into_iter().collect()
}

#[test]
fn both_databases_have_the_same_columns() {
    let sqlite = lab(Backend::Sqlite).values(COLUMNS_OF_SQLITE);
    let postgres = lab(Backend::Postgres).values(COLUMNS_OF_POSTGRES);
    assert!(sqlite.len() > 30, "{sqlite:?}");
    assert_eq!(set(sqlite), set(postgres));
}

#[test]
fn both_databases_have_the_same_indexes() {
    let sqlite = lab(Backend::Sqlite).values(INDEXES_OF_SQLITE);
    assert_eq!(set(sqlite), set(lab(Backend::Postgres).values(INDEXES_OF_POSTGRES)));
}

#[test]
fn each_named_constraint_of_postgres_is_one_of_sqlite() {
    let tables = lab(Backend::Sqlite)
        .values("SELECT coalesce(sql, '') AS value FROM sqlite_master")
        .concat();
    let postgres = lab(Backend::Postgres).values(CONSTRAINTS_OF_POSTGRES);
    assert!(postgres.len() > 15, "{postgres:?}");
    for constraint in postgres {
        assert!(tables.contains(&format!("CONSTRAINT {constraint} ")), "{constraint}");
    }
}

#[test]
fn each_reference_has_an_index() {
    assert_eq!(lab(Backend::Postgres).values(REFERENCES_WITHOUT_INDEX), [""; 0]);
}
