//! `audit prove` and `audit consistency`: proofs to take away.

use super::{print, sign};
use crate::error::Error;
use crate::settings::Settings;
use omicron_domain::{Subject, Viewer};
use omicron_persistence::{Database, Error as Failure, View, proofs};
use omicron_tlog::{InclusionProof, Proof};
use std::fs;
use std::path::Path;

pub(super) const ABOUT: &str = "\
A proof is a small file of JSON. `omicron-server audit check-proof` checks it anywhere, with the
public key alone.";

pub(super) fn inclusion(
    db: &Database,
    settings: &Settings,
    subject: Subject,
    version: Option<i64>,
    out: Option<&Path>,
) -> Result<(), Error> {
    let find = |view: &mut View<'_>| proof_of(view, subject, version);
    let mut proof = db.read(Viewer::Everything, find)?;
    // What was done a moment ago, or while no server ran, waits for its checkpoint.
    if proof.is_none() {
        sign(db, settings)?;
        proof = db.read(Viewer::Everything, find)?;
    }
    let version =
        version.map_or_else(|| "version".to_owned(), |number| format!("version {number}"));
    let proof = proof.ok_or_else(|| Error::NothingToProve(format!("{version} of {subject}")))?;
    give(&Proof::Inclusion(proof), out)
}

fn proof_of(
    view: &mut View<'_>,
    subject: Subject,
    version: Option<i64>,
) -> Result<Option<InclusionProof>, Failure> {
    let version = match version {
        Some(version) => version,
        None => proofs::versions(view, subject)?,
    };
    match proofs::position_of(view, subject, version)? {
        Some(position) => proofs::inclusion(view, position),
        None => Ok(None),
    }
}

pub(super) fn consistency(
    db: &Database,
    (first, second): (i64, i64),
    out: Option<&Path>,
) -> Result<(), Error> {
    let find = |view: &mut View<'_>| proofs::consistency(view, first, second);
    let proof = db.read(Viewer::Nobody, find)?;
    let proof = proof.ok_or(Error::UnknownCheckpoint(first, second))?;
    give(&Proof::Consistency(proof), out)
}

fn give(proof: &Proof, out: Option<&Path>) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(proof)
        .map_err(|error| Error::Terminal("writing the proof", error.into()))?;
    match out {
        Some(file) => {
            fs::write(file, format!("{text}\n")).map_err(|error| Error::file(file, error))
        }
        None => print(&text),
    }
}
