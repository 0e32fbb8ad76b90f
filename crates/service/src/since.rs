//! What has changed in what the journal keeps each version of.

use crate::Error;
use crate::records::{Difference, differences};
use omicron_domain::Subject;
use omicron_persistence::{View, state_of_version};
use serde_json::{Map, Value};

/// Where two versions of something differ in these members of what the journal keeps; nowhere, if one
/// of them is not known.
pub(crate) fn changes_between(
    view: &mut View<'_>,
    subject: Subject,
    (old, new): (i64, i64),
    members: &[&str],
) -> Result<Vec<Difference>, Error> {
    let states = (state_of_version(view, subject, old)?, state_of_version(view, subject, new)?);
    let (Some(old), Some(new)) = states else { return Ok(Vec::new()) };
    Ok(differences(&only(&old, members), &only(&new, members)))
}

/// These members of a state; a schema, which is kept as its text, as what it says.
fn only(state: &Value, members: &[&str]) -> Value {
    let member = |name: &&str| {
        let value = state.get(*name)?;
        let said = value.as_str().filter(|_| *name == "schema");
        let said = said.and_then(|text| serde_json::from_str(text).ok());
        Some(((*name).to_owned(), said.unwrap_or_else(|| value.clone())))
    };
    members.iter().filter_map(member).collect::<Map<_, _>>().into()
}
