//! Nothing is connected to that may not be: a listener that would notice stands behind each address.

use crate::support::lab;
use omicron_domain::EventFilter;
use omicron_tests::Backend;
use omicron_webhooks::{Client, Forbidden, Gate, Networks, Post as _, Reply};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

#[test]
fn what_is_not_public_is_not_admitted_however_it_is_written() {
    let inside = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fd00:ec2::254",
    ];
    for address in inside {
        assert!(!Networks::default().admit(address.parse().unwrap()), "{address}");
    }
    let outside = [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2606:4700::1111",
        "2a00::1",
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
    for address in ["10.1.255.3", "::1", "192.168.7.9", "fdff::1", "::ffff:10.1.0.1", "169.254.0.1"]
    {
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

#[test]
fn ipv4_that_is_written_as_ipv6_is_judged_as_what_it_is() {
    let written = |address: &str| {
        let v4: std::net::Ipv4Addr = address.parse().unwrap();
        let [a, b, c, d] = v4.octets();
        let translated = format!("64:ff9b::{a:x}{b:02x}:{c:x}{d:02x}");
        [address.to_owned(), format!("::ffff:{address}"), translated]
    };
    let networks = ["10.0.0.0/8", "::ffff:10.0.0.0/104", "::ffff:a00:0/104", "64:ff9b::a00:0/104"];
    for network in networks {
        let networks: Networks = network.parse().unwrap();
        for (address, is_admitted) in [("10.0.0.1", true), ("11.0.0.1", true), ("127.0.0.1", false)]
        {
            for address in written(address) {
                let admitted = networks.admit(address.parse().unwrap());
                assert_eq!(admitted, is_admitted, "{address} with {network}");
            }
        }
        assert!(!networks.admit("::10.0.0.1".parse().unwrap()), "that is no way to write it");
    }
    for address in written("10.0.0.1") {
        let only: Networks = address.parse().unwrap();
        assert!(only.admit("10.0.0.1".parse().unwrap()), "{address}");
        assert!(!only.admit("10.0.0.2".parse().unwrap()), "{address}");
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
        for address in answer {
            found.push(address);
        }
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

/// What comes of a post to a name that stands for this, by the client that the server has.
fn post(networks: &str, names: &Names, times: usize) -> Vec<Reply> {
    let lab = lab(Backend::Sqlite);
    lab.webhook_at("http://hook.example/", None, EventFilter::default());
    lab.seal();
    let letter = lab.desk().take(1).unwrap().remove(0);
    let client = Client::by(Gate::new(networks.parse().unwrap(), names.clone()));
    (0..times).map(|_| client.post(&letter)).collect()
}

fn is_forbidden(reply: &Reply) -> bool {
    *reply == Reply::Nothing(Forbidden.to_string())
}

#[test]
fn a_name_is_judged_by_the_addresses_that_are_connected_to() {
    let trap = Trap::set();
    let names = Names(Arc::new(Mutex::new(vec![vec![trap.0]])), Arc::default());
    assert!(post("none", &names, 3).iter().all(is_forbidden));
    assert_eq!(trap.came(), 0);
    assert!(!post("127.0.0.0/8", &names, 1).iter().any(is_forbidden));
    assert!(trap.came() > 0, "it comes where it may");
}

#[test]
fn a_name_that_stands_for_something_else_the_second_time_is_asked_once_for_each_connection() {
    let (trap, allowed) = (Trap::set(), SocketAddr::from(([127, 0, 0, 2], 9)));
    // As good as public to the gate, and nobody is there.
    let names = Names(Arc::new(Mutex::new(vec![vec![allowed], vec![trap.0]])), Arc::default());
    let replies = post("127.0.0.2", &names, 2);
    assert_eq!(
        names.1.load(Ordering::SeqCst),
        2,
        "once for each: what was checked is connected to"
    );
    assert!(!is_forbidden(&replies[0]), "{replies:?}");
    assert!(is_forbidden(&replies[1]), "{replies:?}");
    assert_eq!(trap.came(), 0);
}

#[test]
fn of_several_addresses_only_those_are_left_that_may_be_connected_to() {
    let (trap, allowed) = (Trap::set(), SocketAddr::from(([127, 0, 0, 2], 9)));
    let names = Names(Arc::new(Mutex::new(vec![vec![trap.0, allowed]])), Arc::default());
    let replies = post("127.0.0.2", &names, 1);
    assert!(!is_forbidden(&replies[0]), "{replies:?}");
    assert_eq!(trap.came(), 0);
}
