//! Compiled schemas, kept for the next document that is checked against the same text.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::{Refused, Schema};

/// How many schemas are kept at most.
const MAX_KEPT: usize = 256;
/// How much memory those that are kept may take, by [`Schema::size`].
const MAX_KEPT_BYTES: usize = 64 * 1024 * 1024;

static KEPT: LazyLock<Mutex<Kept>> =
    LazyLock::new(|| Mutex::new(Kept::new(MAX_KEPT, MAX_KEPT_BYTES)));

/// The schema of this text, compiled now or kept from an earlier call; for all threads of the process.
///
/// Of the last 256 that were asked for, as many are kept as take 64 MiB together: those whose last use
/// is longest ago go first. A text that is refused is not kept. The schema's name is empty.
///
/// # Errors
/// As [`Schema::parse`].
///
/// ```
/// use std::sync::Arc;
///
/// let text = r#"{"type": "object", "required": ["alloy"]}"#;
/// let schema = omicron_schema::compiled(text)?;
/// assert_eq!(schema.violations(&serde_json::json!({}))[0].pointer, "/alloy");
/// assert!(Arc::ptr_eq(&schema, &omicron_schema::compiled(text)?));
/// # Ok::<(), omicron_schema::Refused>(())
/// ```
pub fn compiled(text: &str) -> Result<Arc<Schema>, Refused> {
    // Whatever panicked while it held the lock, each entry is whole: at worst one is missing.
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = kept().find(text) {
        return Ok(schema);
    }
    // Without the lock, so that nobody waits who needs another one.
    let schema = Arc::new(Schema::parse("", text)?);
    Ok(kept().keep(schema))
}

/// A bounded number of schemas by their text.
struct Kept {
    entries: HashMap<String, Entry>,
    /// Counts what was asked for, as a clock.
    now: u64,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

struct Entry {
    schema: Arc<Schema>,
    last_use: u64,
}

impl Kept {
    fn new(most: usize, most_bytes: usize) -> Self {
        Self { entries: HashMap::new(), now: 0, bytes: 0, most, most_bytes }
    }

    fn find(&mut self, text: &str) -> Option<Arc<Schema>> {
        self.now += 1;
        let entry = self.entries.get_mut(text)?;
        entry.last_use = self.now;
        Some(Arc::clone(&entry.schema))
    }

    /// Keeps the schema, unless another thread was faster: then its one is the answer.
    fn keep(&mut self, schema: Arc<Schema>) -> Arc<Schema> {
        if let Some(known) = self.find(schema.text()) {
            return known;
        }
        let size = schema.size();
        while !self.entries.is_empty()
            && (self.entries.len() >= self.most || self.bytes + size > self.most_bytes)
        {
            self.forget_one();
        }
        self.bytes += size;
        let entry = Entry { schema: Arc::clone(&schema), last_use: self.now };
        self.entries.insert(schema.text().to_owned(), entry);
        schema
    }

    /// Forgets the one whose last use is longest ago. It looks at all, which is little beside the
    /// compiling that went before.
    fn forget_one(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_use);
        let Some(text) = oldest.map(|(text, _)| text.clone()) else { return };
        if let Some(entry) = self.entries.remove(&text) {
            self.bytes -= entry.schema.size();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::{Kept, compiled};
    use crate::{Refused, Schema};

    fn schema(text: &str) -> Arc<Schema> {
        Arc::new(Schema::parse("", text).unwrap())
    }

    fn titled(title: usize) -> String {
        format!(r#"{{"title": "{title}"}}"#)
    }

    #[test]
    fn the_same_text_is_compiled_once() {
        let text = r#"{"title": "once"}"#;
        let first = compiled(text).unwrap();
        assert!(Arc::ptr_eq(&first, &compiled(text).unwrap()));
        assert!(!Arc::ptr_eq(&first, &compiled(r#"{"title":  "once"}"#).unwrap()));
        assert_eq!((first.name(), first.text()), ("", text));
    }

    #[test]
    fn what_is_refused_is_refused_each_time() {
        for _ in 0..2 {
            assert!(matches!(compiled("{").unwrap_err(), Refused::NotJson { .. }));
            let circle = compiled(r##"{"$ref": "#"}"##).unwrap_err();
            assert!(matches!(circle, Refused::EndlessReference));
        }
    }

    #[test]
    fn the_one_that_was_not_used_for_longest_goes_first() {
        let mut kept = Kept::new(3, usize::MAX);
        for title in 0..3 {
            kept.keep(schema(&titled(title)));
        }
        assert!(kept.find(&titled(0)).is_some());
        kept.keep(schema(&titled(3)));
        let left: Vec<bool> = (0..4).map(|title| kept.find(&titled(title)).is_some()).collect();
        assert_eq!(left, [true, false, true, true]);
    }

    #[test]
    fn what_is_kept_takes_no_more_memory_than_it_may() {
        let size = schema(&titled(0)).size();
        let mut kept = Kept::new(usize::MAX, size * 2);
        for title in 0..9 {
            kept.keep(schema(&titled(title)));
            assert!(kept.bytes <= size * 2);
        }
        assert_eq!(kept.entries.len(), 2);
        // One with a pattern counts for more than its text.
        kept.keep(schema(r#"{"pattern": "a"}"#));
        assert_eq!(kept.entries.len(), 1);
        kept.keep(schema(&titled(1)));
        assert_eq!((kept.entries.len(), kept.bytes), (1, size));
    }

    #[test]
    fn two_that_come_at_the_same_time_get_the_same() {
        let mut kept = Kept::new(9, usize::MAX);
        let (one, other) = (schema("{}"), schema("{}"));
        assert!(Arc::ptr_eq(&kept.keep(Arc::clone(&one)), &one));
        assert!(Arc::ptr_eq(&kept.keep(other), &one));
        assert_eq!(kept.bytes, one.size());
    }

    #[test]
    fn many_threads_may_ask() {
        let ask = |thread: usize| {
            for step in 0..200 {
                let title = (thread * 7 + step) % 300;
                assert_eq!(compiled(&titled(title)).unwrap().text(), titled(title));
            }
        };
        thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || ask(thread));
            }
        });
    }
}
