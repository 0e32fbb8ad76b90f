//! `audit check-proof`: what a proof proves, in words.

use super::print;
use crate::error::{Error, printable};
use omicron_tlog::{Checked, Checkpoint, Entry, Payload, Proof, VerifierKey};
use std::io::Read as _;
use std::path::Path;
use std::{fs, io};

pub(super) const ABOUT: &str = "\
The status is 0 if the proof holds, and 1 if it does not. What it says is worth as much as the key:
take that from someone you trust, and not from where the proof came from.";

pub(in crate::commands) fn check(file: &Path, keys: &[VerifierKey]) -> Result<(), Error> {
    let checked = Proof::parse(&text_of(file)?).and_then(|proof| proof.check(keys));
    print(&printable(&told(&checked.map_err(Error::Proof)?)))
}

fn text_of(file: &Path) -> Result<String, Error> {
    if file == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| Error::Terminal("reading the proof", error));
    }
    fs::read_to_string(file).map_err(|error| Error::file(file, error))
}

fn told(checked: &Checked) -> String {
    match checked {
        Checked::Inclusion { entry, payload, checkpoint } => {
            inclusion(entry, payload.as_ref(), checkpoint)
        }
        Checked::Consistency { first, second } => format!(
            "the proof holds: the journal {} had {} positions at {} and {} at {},\n\
             and in between it was only added to",
            first.origin, first.size, first.time, second.size, second.time,
        ),
    }
}

fn inclusion(entry: &Entry, payload: Option<&Payload>, checkpoint: &Checkpoint) -> String {
    let Checkpoint { origin, size, time, .. } = checkpoint;
    let by = match (entry.actor, &entry.credential) {
        (Some(user), Some(credential)) => format!("user {user}, with {credential}"),
        (Some(user), None) => format!("user {user}"),
        (None, Some(credential)) => credential.clone(),
        (None, None) => "nobody in particular".to_owned(),
    };
    let project = entry.project.map(|id| format!(", in project {id}")).unwrap_or_default();
    let request = entry.request_id.as_deref().unwrap_or("none");
    let state = payload
        .map_or("not in the proof, since it was erased or is kept back", |payload| {
            payload.text.as_str()
        });
    let Entry { position, sealed_at, at, action, subject, .. } = entry;
    format!(
        "the proof holds: of the {size} positions that the journal {origin} had at {time},\n\
         position {position}, given at {sealed_at}, is\n\n  \
         what     {action}\n  \
         of       {subject}{project}\n  \
         by       {by}\n  \
         when     {at}\n  \
         request  {request}\n  \
         state    {state}"
    )
}
