//! Where a reference leads, seen from where it stands.

use std::sync::Arc;

use jsonschema::{Draft, ReferencingError, Registry, Uri};
use serde_json::Value;

use crate::{Refused, limits};

/// A place in a document, as far as references care: its base URI and its draft.
#[derive(Clone)]
pub(crate) struct Standpoint<'r> {
    registry: &'r Registry<'r>,
    base: Arc<Uri<String>>,
    draft: Draft,
}

impl<'r> Standpoint<'r> {
    pub(crate) fn new(registry: &'r Registry<'r>, base: Uri<String>, draft: Draft) -> Self {
        Self { registry, base: Arc::new(base), draft }
    }

    /// The draft that holds there.
    pub(crate) fn draft(&self) -> Draft {
        self.draft
    }

    /// The place inside `schema`, which may name an `$id` and a draft of its own.
    pub(crate) fn inside(mut self, schema: &Value) -> Result<Self, Refused> {
        self.draft = limits::draft(schema, self.draft)?;
        if let Some(id) = schema.get(self.draft.id_keyword()).and_then(Value::as_str) {
            let inner = self
                .registry
                .resolver((*self.base).clone())
                .in_subresource(self.draft.create_resource_ref(schema))
                .map_err(|error| refused(&error, id))?;
            self.base = inner.base_uri();
        }
        Ok(self)
    }

    /// The target of `reference` and the place in it.
    pub(crate) fn follow(&self, reference: &str) -> Result<(&'r Value, Self), Refused> {
        let found = self
            .registry
            .resolver((*self.base).clone())
            .lookup(reference)
            .map_err(|error| refused(&error, reference))?;
        let (target, resolver, draft) = found.into_inner();
        Ok((target, Self { registry: self.registry, base: resolver.base_uri(), draft }))
    }
}

/// The refusal that an unresolved reference amounts to.
pub(crate) fn refused(error: &ReferencingError, reference: &str) -> Refused {
    match error {
        ReferencingError::Unretrievable { uri, .. } => {
            Refused::RemoteReference { reference: limits::shortened(uri) }
        }
        ReferencingError::UnknownSpecification { specification } => {
            Refused::UnknownDraft { uri: limits::shortened(specification) }
        }
        ReferencingError::InvalidUri(error) => {
            Refused::InvalidUri { reason: limits::shortened(&error.to_string()) }
        }
        _ => Refused::BrokenReference { reference: limits::shortened(reference) },
    }
}
