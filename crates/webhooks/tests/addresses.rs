//! Nothing is connected to that may not be: a listener that would notice stands behind each address.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use omicron_webhooks::{Gate, Networks};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Agent, Error};

#[test]
fn what_is_not_public_is_not_admitted_however_it_is_written() {
    let inside = [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
        "127.0.0.1", "127.255.0.9", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
        "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7",
        "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "fc00::1", "fd12:3456::1",
        "fe80::1", "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1",
        "3fff::1", "5f00::1", "fd00:ec2::254",
    ];
    for address in inside {
        assert!(!Networks::default().admit(address.parse().unwrap()), "{address}");
    }
    let outside = [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "::ffff:1.1.1.1", "64:ff9b::101:101", "2606:4700::1111", "2a00::1",
        "2001:4860:4860::8888",
    ];
    for address in outside {
        assert!(Networks::default().admit(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn networks_are_read_and_hold_what_is_in_them() {
    let networks: Networks = "10.1.0.0/16,::1 192.168.7.9 fd00::/8,169.254.0.0/31".parse().unwrap();
    let admit = |address: &str| networks.admit(address.parse().unwrap());
    for address in ["10.1.255.3", "::1", "192.168.7.9", "fdff::1", "::ffff:10.1.0.1", "169.254.0.1"] {
        assert!(admit(address), "{address}");
    }
    for address in ["10.2.0.0", "::2", "192.168.7.8", "fc00::1", "127.0.0.1", "169.254.0.2"] {
        assert!(!admit(address), "{address}");
    }
    let everything: Networks = "0.0.0.0/0 ::/0".parse().unwrap();
    assert!(everything.admit("127.0.0.1".parse().unwrap()));
    assert_eq!("none".parse(), Ok(Networks::default()));
    for bad in ["10.0.0.0/33", "::/129", "lab", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8"] {
        assert!(bad.parse::<Networks>().is_err(), "{bad}");
    }
}

/// Names that stand for what they are told, the last answer again and again.
#[derive(Debug, Clone, Default)]
struct Names(Arc<Mutex<Vec<Vec<SocketAddr>>>>, Arc<AtomicUsize>);

impl Resolver for Names {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        let mut found = self.empty();
        answer.into_iter().for_each(|address| found.push(address));
        Ok(found)
    }
}

/// A listener that counts who comes; who may not, never does.
struct Trap(SocketAddr, Arc<AtomicUsize>);

impl Trap {
    fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, count) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                drop(connection);
            }
        });
        Self(address, count)
    }

    fn came(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

fn agent(networks: &str, names: Names) -> Agent {
    let config = Agent::config_builder().max_redirects(0).proxy(None).build();
    let gate = Gate::new(networks.parse().unwrap(), names);
    Agent::with_parts(config, ureq::unversioned::transport::DefaultConnector::default(), gate)
}

fn is_forbidden(error: &Error) -> bool {
    error.to_string().contains("WEBHOOK_ALLOWED_NETWORKS")
}

#[test]
fn a_name_is_judged_by_the_addresses_that_are_connected_to() {
    let trap = Trap::set();
    let names = Names(Arc::new(Mutex::new(vec![vec![trap.0]])), Arc::default());
    let refused = agent("none", names.clone()).post("http://hook.example/").send("").unwrap_err();
    assert!(is_forbidden(&refused), "{refused}");
    assert_eq!(trap.came(), 0);
    let came = agent("127.0.0.0/8", names).post("http://hook.example/").send("");
    assert!(!is_forbidden(&came.unwrap_err()));
    assert!(trap.came() > 0, "it comes where it may");
}

#[test]
fn a_name_that_stands_for_something_else_the_second_time_is_asked_once_for_each_connection() {
    let (trap, public) = (Trap::set(), SocketAddr::from(([127, 0, 0, 2], 9)));
    // Public as far as the gate is told, and nobody is there.
    let answers = vec![vec![public], vec![trap.0]];
    let names = Names(Arc::new(Mutex::new(answers)), Arc::default());
    let agent = agent("127.0.0.2", names.clone());
    let nobody = agent.post("http://rebind.example/").send("").unwrap_err();
    assert!(!is_forbidden(&nobody), "{nobody}");
    assert_eq!(names.1.load(Ordering::SeqCst), 1, "what was checked is what was connected to");
    assert!(is_forbidden(&agent.post("http://rebind.example/").send("").unwrap_err()));
    assert_eq!(trap.came(), 0);
}

#[test]
fn of_several_addresses_only_those_are_left_that_may_be_connected_to() {
    let (trap, allowed) = (Trap::set(), IpAddr::from([127, 0, 0, 2]));
    let both = vec![trap.0, SocketAddr::new(allowed, 9)];
    let names = Names(Arc::new(Mutex::new(vec![both])), Arc::default());
    let error = agent("127.0.0.2", names).post("http://both.example/").send("").unwrap_err();
    assert!(!is_forbidden(&error), "{error}");
    assert_eq!(trap.came(), 0);
}
