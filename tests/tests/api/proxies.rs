//! Behind a proxy, where two servers read each request: they agree on how many there are.

use crate::lab::token_of;
use crate::smuggling::{ambiguous, statuses};
use crate::{Lab, fixture};
use omicron_tests::Backend;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Says for each request which server it was passed on to; `-` or `<NOSRV>` if to none.
const NGINX: &str = "
daemon off; master_process off; pid @folder@/nginx.pid; error_log @folder@/error.log;
events { worker_connections 64; }
http {
  log_format passed '$upstream_addr $request_uri'; access_log @folder@/access.log passed;
  client_body_temp_path @folder@/body; proxy_temp_path @folder@/proxy;
  fastcgi_temp_path @folder@/f; uwsgi_temp_path @folder@/u; scgi_temp_path @folder@/s;
  upstream omicron { server @server@; keepalive 1; }
  server {
    listen 127.0.0.1:@port@;
    location / {
      proxy_pass http://omicron; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host;
      # A client here says that it has sent all, and still waits.
      proxy_ignore_client_abort on;
    }
  }
}
";

const HAPROXY: &str = "
global
  log stdout format raw local0
defaults
  mode http
  log global
  log-format \"%s %HU\"
  timeout connect 5s
  timeout client 5s
  timeout server 5s
listen omicron
  bind 127.0.0.1:@port@
  http-reuse always
  server omicron @server@
";

struct Proxy {
    child: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Proxy {
    /// The program in front of the server; `None` if it is not installed, which is only well where
    /// nobody has said that it is.
    fn start(program: &str, config: &str, server: &str) -> Option<Self> {
        let found = Command::new(program).arg("-v").output().is_ok();
        let needed = std::env::var_os("OMICRON_TEST_PROXIES").is_some();
        assert!(found || !needed, "{program} is not installed");
        if !found {
            eprintln!("{program} is not installed: this is not tested here");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().to_str().unwrap();
        let config = config
            .replace("@folder@", at)
            .replace("@port@", &port.to_string())
            .replace("@server@", server);
        let file = folder.path().join("config");
        fs::write(&file, config).unwrap();
        let flag = if program == "nginx" { "-c" } else { "-f" };
        let log = fs::File::create(folder.path().join("stdout")).unwrap();
        let mut command = Command::new(program);
        command.arg(flag).arg(&file).stdout(log).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let address = format!("127.0.0.1:{port}");
        let since = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(since.elapsed() < Duration::from_secs(10), "{program} does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { child, address, folder })
    }

    /// How many requests it has passed on.
    fn passed_on(&self) -> usize {
        let read =
            |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        let log = [read("access.log"), read("stdout")].concat();
        let passed = |line: &&str| !line.starts_with('-') && !line.starts_with("<NOSRV>");
        log.lines().filter(|line| line.contains(' ')).filter(passed).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn received(lab: &Lab) -> usize {
    lab.server.log().matches(" caller=").count()
}

fn both_count_alike(program: &str, config: &str) {
    let lab = fixture(Backend::Sqlite);
    token_of(&lab.root());
    let server = lab.server.base_url().trim_start_matches("http://").to_owned();
    let Some(proxy) = Proxy::start(program, config, &server) else { return };
    assert!(lab.logs("/api/v1/token"));
    let before = (received(&lab), proxy.passed_on());
    for (number, (what, request)) in ambiguous().into_iter().enumerate() {
        let answers = statuses(&proxy.address, &request);
        // What the proxy takes for two requests are two, and none is answered with another's answer.
        let plain = format!(
            "GET /docs HTTP/1.1\r\nHost: x\r\nX-Number: {number}\r\nConnection: close\r\n\r\n"
        );
        assert_eq!(statuses(&proxy.address, &plain), [307], "{program}, after {what}: {answers:?}");
        let counted = || (received(&lab) - before.0, proxy.passed_on() - before.1);
        let since = Instant::now();
        // Logs come late; each plain request stands in both in the end.
        let settled = |(here, there)| here == there && here > number;
        while !settled(counted()) && since.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let (here, there) = counted();
        assert!(here > number, "{program}: {what}: {here} in all");
        assert_eq!(here, there, "{program}: {what}: {answers:?}");
        println!("{program}: {what}: {answers:?}, {here} in all");
    }
}

#[test]
fn behind_nginx_both_count_the_same_requests() {
    both_count_alike("nginx", NGINX);
}

#[test]
fn behind_haproxy_both_count_the_same_requests() {
    both_count_alike("haproxy", HAPROXY);
}
