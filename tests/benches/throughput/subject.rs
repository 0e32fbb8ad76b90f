//! The server under load: ten thousand projects of one person, and their token.

use crate::guesses::Guesses;
use omicron_tests::{Backend, Cluster, Server};
use serde_json::json;
use std::time::{Duration, Instant};

pub struct Subject {
    server: Server,
    database: String,
    pub token: String,
}

impl Subject {
    pub fn start(backend: Backend, cluster: &Cluster) -> Self {
        let url = match backend {
            Backend::Sqlite => "sqlite:///bench.sqlite3".to_owned(),
            Backend::Postgres => cluster.create_database(),
        };
        let builder = Server::builder()
            .database(&url)
            .env("STATE", "CI")
            .env("LOGFILE", "access.log")
            .env("RATE_LIMIT", "0")
            // Each guess is to reach bcrypt's queue, and bcrypt to take as long as it does.
            .env("LOGIN_FAILURES", "0")
            .env("BCRYPT_COST", "12");
        let server = builder.start();
        fill(&server);
        let ann = server.client().basic("ann", "tiger");
        let token = ann.post("/api/v1/token?expiration=86400", &json!({})).expect(201).json();
        let token = token["token"].as_str().unwrap().to_owned();
        let file = server.base_directory().join("bench.sqlite3");
        let database = match backend {
            Backend::Sqlite => format!("sqlite:///{}", file.display()),
            Backend::Postgres => url,
        };
        Self { server, database, token }
    }

    pub fn database_url(&self) -> &str {
        &self.database
    }

    pub fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// What is measured while wrong passwords arrive, and how many of them were answered.
    pub fn while_others_guess<T>(&self, measure: impl FnOnce() -> T) -> (T, u64) {
        let (guesses, url) = (Guesses::default(), self.server.base_url());
        std::thread::scope(|scope| {
            guesses.begin(scope, url);
            let measured = measure();
            (measured, guesses.stop())
        })
    }

    /// What the process holds in memory after it has been left alone for a second.
    pub fn idle_megabytes(&mut self) -> f64 {
        self.server.restart();
        self.server.client().get("/healthz").expect(200);
        std::thread::sleep(Duration::from_secs(1));
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().split(' ').next().unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// From the start of the process to its first answer, the best of five.
    pub fn time_to_first_answer(&mut self) -> Duration {
        let once = |_| {
            self.server.kill();
            let started = Instant::now();
            self.server.restart();
            self.server.client().get("/readyz").expect(200);
            started.elapsed()
        };
        (0..5).map(once).min().unwrap()
    }
}

/// Ann's projects, all of them made over HTTP by a few clients at once.
fn fill(server: &Server) {
    let ann = json!({"username": "ann", "password": "tiger", "email": "ann@example.org"});
    server.client().post("/api/v1/users", &ann).expect(201);
    std::thread::scope(|scope| {
        for part in 0..16 {
            scope.spawn(move || {
                let ann = server.client().basic("ann", "tiger");
                for number in 0..625 {
                    let project = json!({"name": format!("project {part}-{number}"), "description": "one of ten thousand"});
                    ann.post("/api/v1/projects", &project).expect(201);
                }
            });
        }
    });
}
