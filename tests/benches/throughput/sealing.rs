//! What it costs whoever writes that events get their positions: the same load on a server whose events
//! never wait for one.

use crate::load::Load;
use crate::report::{Figure, Report};
use crate::subject::Subject;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use omicron_tests::{Backend, Cluster};

/// How often each of the two is measured, in turns.
const ROUNDS: usize = 5;

pub fn measure(cluster: &Cluster, report: &mut Report) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let (sealed, unsealed) =
            (Subject::start(backend, cluster), Subject::start(backend, cluster));
        let_none_wait(&unsealed);
        let post = |subject: &Subject| {
            Load::post(&subject.url("/api/v1/projects")).bearer(&subject.token).run().rate
        };
        let rounds = [(); ROUNDS].map(|()| (post(&unsealed), post(&sealed)));
        report.note(&format!("{backend:?}: a second, without and with sealing: {rounds:.0?}"));
        let median = |of: fn(&(f64, f64)) -> f64| {
            let mut rates = rounds.each_ref().map(of);
            rates.sort_by(f64::total_cmp);
            rates[ROUNDS / 2]
        };
        let (without, with) = (median(|round| round.0), median(|round| round.1));
        let what = format!("POST a project, durable, {backend:?}");
        report.add(&format!("{what}, without sealing"), &Figure::of_rate(without), 1.0);
        report.add(&format!("{what}, with sealing"), &Figure::of_rate(with), with / without);
    }
}

/// Keeps events out of the table of those that wait for their positions.
fn let_none_wait(subject: &Subject) {
    match subject.database_url().strip_prefix("sqlite:///") {
        Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(
            "CREATE TRIGGER none_waits BEFORE INSERT ON unsealed BEGIN SELECT RAISE(IGNORE); END",
        ),
        None => PgConnection::establish(subject.database_url()).unwrap().batch_execute(
            "CREATE FUNCTION none_waits() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER none_waits BEFORE INSERT ON unsealed FOR EACH ROW EXECUTE FUNCTION none_waits()",
        ),
    }
    .unwrap();
}
