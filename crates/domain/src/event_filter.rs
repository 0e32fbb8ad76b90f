//! Which events someone wants to hear of.

use crate::{Action, Subject};
use serde::{Deserialize, Serialize};

/// Which events someone wants to hear of: those of one of the kinds and with one of the actions; a list
/// without entries asks for nothing.
///
/// ```
/// use omicron_domain::EventFilter;
/// let samples = EventFilter { kinds: vec!["sample".to_owned()], ..EventFilter::default() };
/// assert!(samples.actions.is_empty()); // whatever is done to them
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFilter {
    /// Kinds of subjects, as [`Subject::kind`](crate::Subject::kind) names them.
    pub kinds: Vec<String>,
    /// Names of actions, as [`Action::as_str`] gives them.
    pub actions: Vec<String>,
}

impl EventFilter {
    /// The place, as a JSON pointer, of the first entry that no event will ever match.
    ///
    /// ```
    /// use omicron_domain::EventFilter;
    ///
    /// let actions = vec!["record.created".to_owned(), "record.flown".to_owned()];
    /// let filter = EventFilter { kinds: Vec::new(), actions };
    /// assert_eq!(filter.nonsense().as_deref(), Some("/actions/1"));
    /// ```
    #[must_use]
    pub fn nonsense(&self) -> Option<String> {
        let is_kind = |kind: &String| Subject::KINDS.contains(&kind.as_str());
        let is_action = |name: &String| Action::ALL.iter().any(|action| action.as_str() == name);
        let kind = self.kinds.iter().position(|kind| !is_kind(kind));
        let action = || self.actions.iter().position(|action| !is_action(action));
        let place = kind.map(|place| format!("/kinds/{place}"));
        place.or_else(|| action().map(|place| format!("/actions/{place}")))
    }

    /// Whether what was done to a kind of things is asked for.
    ///
    /// ```
    /// # use omicron_domain::EventFilter;
    /// let samples = EventFilter { kinds: vec!["sample".to_owned()], actions: Vec::new() };
    /// assert!(samples.takes("sample", "record.created") && !samples.takes("user", "user.disabled"));
    /// ```
    #[must_use]
    pub fn takes(&self, kind: &str, action: &str) -> bool {
        let among = |wanted: &[String], word: &str| {
            wanted.is_empty() || wanted.iter().any(|one| one == word)
        };
        among(&self.kinds, kind) && among(&self.actions, action)
    }
}
