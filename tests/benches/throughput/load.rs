//! Load from `wrk`.

use crate::report::Figure;
use crate::{CONNECTIONS, SECONDS};
use std::process::Command;

/// One kind of request, again and again.
pub struct Load {
    url: String,
    headers: Vec<String>,
    script: Option<&'static str>,
}

/// Counts what was not answered as it should be, and tells the figures in one line.
const TELL: &str = r#"
done = function(summary, latency, requests)
  io.write(string.format("figures %f %f %f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"#;

/// A new project each time; each of wrk's threads has names of its own.
const POST: &str = r#"
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
function init(args) count = 0; run = os.time() end
function request()
  count = count + 1
  local name = string.format("bench %d-%d-%d", run, id, count)
  return wrk.format("POST", nil, nil, '{"name": "' .. name .. '", "description": "durable"}')
end
"#;

impl Load {
    pub fn get(url: &str) -> Self {
        Self { url: url.to_owned(), headers: Vec::new(), script: None }
    }

    pub fn post(url: &str) -> Self {
        let headers = vec!["Content-Type: application/json".to_owned()];
        Self { url: url.to_owned(), headers, script: Some(POST) }
    }

    pub fn bearer(mut self, token: &str) -> Self {
        self.headers.push(format!("Authorization: Bearer {token}"));
        self
    }

    /// Runs the load, after a second to warm up.
    pub fn run(&self) -> Figure {
        self.run_for(1);
        self.run_for(SECONDS)
    }

    fn run_for(&self, seconds: u64) -> Figure {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("load.lua");
        std::fs::write(&script, [self.script.unwrap_or_default(), TELL].concat()).unwrap();
        let mut command = Command::new("wrk");
        command.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s")]);
        command.arg("--latency").arg("-s").arg(&script);
        for header in &self.headers {
            command.args(["-H", header]);
        }
        let output = command.arg(&self.url).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("figures "));
        let figures = line.unwrap_or_else(|| panic!("wrk said: {text}"));
        let numbers: Vec<f64> = figures.split(' ').map(|word| word.parse().unwrap()).collect();
        let [rate, median, p99, errors] = numbers[..] else { panic!("wrk said: {text}") };
        assert!(errors < 1.0, "{errors} requests failed: {text}");
        Figure { rate, median: Some(median), p99: Some(p99) }
    }
}

pub mod wrk {
    //! The tool itself.

    use std::process::Command;

    /// Fails if it is not installed.
    pub fn version() -> std::io::Result<()> {
        Command::new("wrk").arg("--version").output().map(drop)
    }
}
