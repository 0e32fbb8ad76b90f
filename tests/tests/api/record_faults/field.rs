//! Clients who edit the records of a project at random, and write down what they were told.

use super::{KINDS, PROJECT, Random, number};
use crate::lab::{PASSWORD, text};
use omicron_tests::{Answer, Client, RequestBuilder};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Duration;

/// A change that was acknowledged.
pub struct Acknowledged {
    /// The version that it was made on; 0 for a new record.
    pub base: i64,
    /// What was answered: the record.
    pub body: Value,
}

/// A change whose answer was lost: it may have been made or not.
#[derive(Debug)]
pub struct Lost {
    /// On which record, unless it is a new one.
    pub href: Option<String>,
    pub base: i64,
    pub action: &'static str,
    /// What the new version then says, if this change says it.
    pub marker: Option<String>,
}

/// Where everyone meets.
#[derive(Default)]
pub struct Field {
    /// Where the server listens; empty while it does not.
    pub url: RwLock<String>,
    /// Whoever edits reads it; whoever wants silence writes it.
    pub gate: RwLock<()>,
    pub over: AtomicBool,
    /// How many changes were acknowledged.
    pub done: AtomicUsize,
    /// How many were made on a version that was not the present one any more.
    pub outdated: AtomicUsize,
    /// The addresses of records.
    pub known: Mutex<Vec<String>>,
    pub acknowledged: Mutex<Vec<Acknowledged>>,
    pub lost: Mutex<Vec<Lost>>,
}

impl Field {
    pub fn client(&self, name: &str) -> Option<Client> {
        let url = self.url.read().unwrap().clone();
        (!url.is_empty()).then(|| Client::new(url).basic(name, PASSWORD))
    }
}

/// One of those who edit.
pub struct Editor<'a> {
    field: &'a Field,
    number: usize,
    random: Random,
    client: Option<Client>,
    /// Records as they were last read.
    seen: HashMap<String, Value>,
    /// One in how many edits is a new record.
    rare: usize,
    count: usize,
}

/// A change that is about to be sent.
struct Edit {
    request: RequestBuilder,
    href: Option<String>,
    base: i64,
    action: &'static str,
    marker: Option<String>,
}

impl<'a> Editor<'a> {
    pub fn new(field: &'a Field, number: usize, rare: usize) -> Self {
        let random = Random(u64::try_from(number).unwrap() * 7919 + 1);
        Self { field, number, random, client: None, seen: HashMap::new(), rare, count: 0 }
    }

    /// Edits until it is over.
    pub fn work(&mut self) {
        while !self.field.over.load(Ordering::Relaxed) {
            let open = self.field.gate.read().unwrap();
            let url = self.field.url.read().unwrap().clone();
            if self.client.as_ref().is_none_or(|client| client.base_url() != url) {
                self.client =
                    self.field.client(if self.number.is_multiple_of(2) { "ann" } else { "bob" });
            }
            if self.edit().is_none() {
                drop(open);
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// One edit; `None` if the server is not there.
    fn edit(&mut self) -> Option<()> {
        let client = self.client.clone()?;
        let known = self.field.known.lock().unwrap().clone();
        let edit = if known.is_empty() || self.random.below(self.rare) == 0 {
            self.new_record(&client)
        } else {
            let href = self.random.of(&known).clone();
            // Mostly on what the record is now, sometimes on what it was a while ago.
            if !self.seen.contains_key(&href) || self.random.below(4) > 0 {
                let record = read(&client, &href)?;
                self.seen.insert(href.clone(), record);
            }
            self.changed_record(&client, href)
        };
        self.send(edit)
    }

    fn marker(&mut self) -> String {
        self.count += 1;
        format!("{}-{}", self.number, self.count)
    }

    fn content(&mut self, marker: &str) -> Value {
        let tags = ["hot", "cold", "Wet"].map(str::to_owned);
        let tags: Vec<_> = tags.into_iter().filter(|_| self.random.below(2) == 0).collect();
        let people: Vec<_> =
            ["ann", "bob"].into_iter().filter(|_| self.random.below(3) == 0).collect();
        let more = "x".repeat(self.random.below(600));
        let title = format!("Ingot {}", self.random.below(50));
        json!({"title": title, "data": {"by": marker, "more": more}, "tags": tags, "people": people})
    }

    fn new_record(&mut self, client: &Client) -> Edit {
        let marker = self.marker();
        let path = format!("{PROJECT}/{}", self.random.of(&KINDS));
        let request = client.request("POST", &path).json(&self.content(&marker));
        Edit { request, href: None, base: 0, action: "record.created", marker: Some(marker) }
    }

    fn changed_record(&mut self, client: &Client, href: String) -> Edit {
        let seen = self.seen[&href].clone();
        let base = number(&seen["version"]);
        let mut marker = None;
        let (request, action) = match self.random.below(10) {
            _ if !seen["date_trashed"].is_null() => {
                (client.request("DELETE", &format!("{href}/trashed")), "record.restored")
            }
            0 => (client.request("DELETE", &href), "record.trashed"),
            1 | 2 => {
                let version = 1 + self.random.below(usize::try_from(base).unwrap());
                let request = client.request("POST", &format!("{href}/revert"));
                (request.json(&json!({"version": version})), "record.reverted")
            }
            _ => {
                let new = self.marker();
                let mut change = self.content(&new);
                if self.random.below(3) == 0 {
                    change["status"] = next_status(&text(&seen["status"])).into();
                }
                marker = Some(new);
                let request = client.request("PATCH", &href).json(&change);
                (request.header("content-type", "application/merge-patch+json"), "record.changed")
            }
        };
        let request = request.header("if-match", format!("\"{base}\""));
        Edit { request, href: Some(href), base, action, marker }
    }

    fn send(&mut self, edit: Edit) -> Option<()> {
        let Edit { request, href, base, action, marker } = edit;
        let answer = request.try_send();
        let (field, lost) =
            (self.field, Lost { href: href.clone(), base, action, marker: marker.clone() });
        let Ok(answer) = answer else {
            field.lost.lock().unwrap().push(lost);
            return None;
        };
        match answer.status {
            200 | 201 => {
                let body = answer.json();
                let address = text(&body["href"]);
                if number(&body["version"]) == base {
                    assert_eq!(action, "record.reverted", "nothing happened: {answer}");
                    return Some(());
                }
                assert!(href.as_ref().is_none_or(|href| *href == address), "{answer}");
                assert!(marker.is_none_or(|marker| body["data"]["by"] == marker), "{answer}");
                self.seen.insert(address.clone(), body.clone());
                field.acknowledged.lock().unwrap().push(Acknowledged { base, body });
                if href.is_none() {
                    field.known.lock().unwrap().push(address);
                }
                field.done.fetch_add(1, Ordering::Relaxed);
                Some(())
            }
            412 => {
                field.outdated.fetch_add(1, Ordering::Relaxed);
                self.seen.remove(&href.unwrap());
                Some(())
            }
            503 => {
                // Of nothing else may it be unknown whether it was done.
                if text(&answer.json()["type"]).ends_with(":uncertain") {
                    field.lost.lock().unwrap().push(lost);
                }
                None
            }
            _ => panic!("{action} on {base}: {answer}"),
        }
    }
}

/// What was acknowledged is there, whenever there is a server.
fn read(client: &Client, href: &str) -> Option<Value> {
    let answer: Answer = client.request("GET", href).try_send().ok()?;
    if answer.status == 503 {
        return None;
    }
    Some(answer.expect(200).json())
}

fn next_status(status: &str) -> &'static str {
    match status {
        "planned" | "done" => "running",
        "running" => "done",
        "available" => "in use",
        "in use" => "available",
        "draft" => "published",
        "published" => "draft",
        "operational" => "in maintenance",
        "in maintenance" => "operational",
        _ => panic!("no status: {status}"),
    }
}
