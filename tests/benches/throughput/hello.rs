//! The yardstick: an actix handler that does nothing, in a process of its own.

use actix_web::{App, HttpServer, web};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// What makes this program the yardstick instead of the bench.
pub const ARGUMENT: &str = "--serve-hello";

/// Serves until killed, and says where.
pub fn serve() {
    let run = async {
        let server =
            HttpServer::new(|| App::new().route("/", web::get().to(|| async { "Hello World!" })));
        let server = server.bind(("127.0.0.1", 0))?;
        println!("{}", server.addrs()[0]);
        server.run().await
    };
    actix_web::rt::System::new().block_on(run).unwrap();
}

pub struct Hello {
    process: Child,
    url: String,
}

impl Hello {
    pub fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(ARGUMENT)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, url: format!("http://{}/", address.trim()) }
    }

    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
