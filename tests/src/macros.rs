//! `on_both!`: one test body, run on SQLite and on PostgreSQL.

/// Makes two tests, `name::on_sqlite` and `name::on_postgres`, of each function in it.
///
/// The function takes what `fixture(Backend) -> F` gives, a function in scope where the macro is used, as `&F` or as
/// what `&F` coerces to. `ignore`, `should_panic` and `cfg` apply to the tests, other attributes to the function.
///
/// ```
/// use omicron_tests::{Backend, TestDatabase, on_both};
///
/// fn fixture(backend: Backend) -> TestDatabase {
///     TestDatabase::empty(backend)
/// }
///
/// on_both! {
///     /// A URL names its backend.
///     fn a_url_has_a_scheme(db: &TestDatabase) {
///         assert!(db.url().contains("://"));
///     }
/// }
/// ```
#[macro_export]
macro_rules! on_both {
    ($($(#[$($attribute:tt)*])* fn $name:ident($argument:ident : $type:ty) $(-> $result:ty)? $body:block)*) => {
        $($crate::on_both!(
            @sort [] [] [$(#[$($attribute)*])*] $name ($argument: $type) [$(-> $result)?] $body
        );)*
    };
    (@sort [$($test:tt)*] [$($function:tt)*] [#[ignore $($more:tt)*] $($rest:tt)*] $($item:tt)*) => {
        $crate::on_both!(@sort [$($test)* #[ignore $($more)*]] [$($function)*] [$($rest)*] $($item)*);
    };
    (@sort [$($test:tt)*] [$($function:tt)*] [#[should_panic $($more:tt)*] $($rest:tt)*] $($item:tt)*) => {
        $crate::on_both!(@sort [$($test)* #[should_panic $($more)*]] [$($function)*] [$($rest)*] $($item)*);
    };
    (@sort [$($test:tt)*] [$($function:tt)*] [#[cfg $($more:tt)*] $($rest:tt)*] $($item:tt)*) => {
        $crate::on_both!(
            @sort [$($test)* #[cfg $($more)*]] [$($function)* #[cfg $($more)*]] [$($rest)*] $($item)*
        );
    };
    (@sort [$($test:tt)*] [$($function:tt)*] [#[$($other:tt)*] $($rest:tt)*] $($item:tt)*) => {
        $crate::on_both!(@sort [$($test)*] [$($function)* #[$($other)*]] [$($rest)*] $($item)*);
    };
    (
        @sort [$($test:tt)*] [$($function:tt)*] [] $name:ident
        ($argument:ident : $type:ty) [$($result:tt)*] $body:block
    ) => {
        $($function)*
        fn $name($argument: $type) $($result)* $body

        mod $name {
            #[test]
            $($test)*
            fn on_sqlite() $($result)* {
                super::$name(&super::fixture($crate::Backend::Sqlite))
            }

            #[test]
            $($test)*
            fn on_postgres() $($result)* {
                super::$name(&super::fixture($crate::Backend::Postgres))
            }
        }
    };
}
