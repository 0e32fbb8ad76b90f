//! The subschemas of a document and how one leads to another, references resolved.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use jsonschema::{Draft, RegistryBuilder, Retrieve, Uri};
use serde_json::{Map, Value};

use crate::keywords::{KEYWORDS, Keyword, Place, REFERENCES};
use crate::references::{Standpoint, refused};
use crate::{Refused, limits, patterns};

/// Where a document without an `$id` of its own is at home.
const BASE: &str = "json-schema:///";

/// One subschema.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// What checking one value against its own keywords costs, at least 1.
    pub(crate) weight: u64,
    /// How many failures its own keywords may have to tell of one value, besides one of each.
    pub(crate) failures: u64,
    /// It asks what its siblings have evaluated, so they are run once more.
    pub(crate) unevaluated: bool,
    /// The subschemas it applies, and to what.
    pub(crate) edges: Vec<(Place, usize)>,
}

/// All subschemas; the first one is the document itself.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    /// How many different patterns there are.
    pub(crate) patterns: usize,
    /// Whether a text may have to be a regular expression.
    pub(crate) expressions: bool,
}

impl Graph {
    /// Reads the document and resolves its references, inside the document only.
    pub(crate) fn read(document: &Value, draft: Draft) -> Result<Self, Refused> {
        let resource = draft.create_resource_ref(document);
        // As the engine does it, so that each name means the same to both.
        let base = jsonschema::uri::from_str(resource.id().unwrap_or(BASE))
            .map_err(|error| refused(&error, "$id"))?;
        let registry = referencing::SPECIFICATIONS
            .add(base.as_str(), resource)
            .map(|builder| builder.draft(draft).retriever(Nothing))
            .and_then(RegistryBuilder::prepare)
            .map_err(|error| refused(&error, "$id"))?;
        let start = Standpoint::new(&registry, base, draft);
        let mut reader = Reader::new(Some(draft)).read_all(document, start.clone())?;
        if reader.mixed {
            reader = Reader::new(None).read_all(document, start)?;
        }
        reader.patterns.iter().try_for_each(|pattern| patterns::check(pattern, document))?;
        Ok(reader.finish())
    }
}

/// Answers no request for another document.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, _: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err("nothing is fetched".into())
    }
}

/// The reading in progress.
#[derive(Default)]
struct Reader<'r> {
    /// The draft whose keywords count. Without one those of all drafts do: where drafts meet, a
    /// subschema may be taken for either, and the bound must hold for both.
    draft: Option<Draft>,
    /// It has met another draft.
    mixed: bool,
    nodes: Vec<Node>,
    /// Which node a subschema is. Two equal ones at different places are two: hence the address.
    known: HashMap<*const Value, usize>,
    open: Vec<(usize, &'r Map<String, Value>, Standpoint<'r>)>,
    patterns: HashSet<&'r str>,
    expressions: bool,
    anchors: HashMap<&'r str, Vec<usize>>,
    /// See [`whole`](Self::whole).
    whole: Option<usize>,
    /// References whose target depends on how they were reached: all of that name may be it.
    dynamic: Vec<(usize, &'r str)>,
}

impl<'r> Reader<'r> {
    fn new(draft: Option<Draft>) -> Self {
        Self { draft, ..Self::default() }
    }

    fn read_all(mut self, document: &'r Value, start: Standpoint<'r>) -> Result<Self, Refused> {
        self.visit(document, start)?;
        while let Some((index, schema, at)) = self.open.pop() {
            self.read(index, schema, &at)?;
        }
        Ok(self)
    }

    /// The node of `schema`, to be read later if it is new; `inside` is the place in it.
    fn visit(&mut self, schema: &'r Value, inside: Standpoint<'r>) -> Result<usize, Refused> {
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return Ok(*known);
        }
        let index = self.nodes.len();
        self.known.insert(std::ptr::from_ref(schema), index);
        self.nodes.push(Node { weight: 1, ..Node::default() });
        if let Value::Object(fields) = schema {
            let named = limits::draft(schema, inside.draft())?;
            self.mixed |= self.draft.is_some_and(|draft| draft != named);
            self.open.push((index, fields, inside));
        }
        Ok(index)
    }

    fn read(
        &mut self,
        index: usize,
        schema: &'r Map<String, Value>,
        at: &Standpoint<'r>,
    ) -> Result<(), Refused> {
        self.note(index, schema);
        let draft = self.draft;
        let counts = |drafts: &RangeInclusive<_>| draft.is_none_or(|draft| drafts.contains(&draft));
        // Up to draft 7, what stands beside a reference is not applied.
        let alone =
            schema.contains_key("$ref") && draft.is_some_and(|draft| draft <= Draft::Draft7);
        for Keyword { name, form, place, .. } in KEYWORDS.iter().filter(|k| counts(&k.drafts)) {
            if alone && place.is_some() {
                continue;
            }
            for target in schema.get(*name).into_iter().flat_map(|value| form.subschemas(value)) {
                let target = self.visit(target, at.clone().inside(target)?)?;
                self.nodes[index].edges.extend(place.map(|place| (place, target)));
            }
        }
        for (keyword, _) in REFERENCES.iter().filter(|(_, drafts)| counts(drafts)) {
            if let Some(reference) = schema.get(*keyword).and_then(Value::as_str) {
                self.refer(index, keyword, reference, at)?;
            }
        }
        limits::check_patterns(&self.patterns)
    }

    fn refer(
        &mut self,
        index: usize,
        keyword: &str,
        reference: &'r str,
        at: &Standpoint<'r>,
    ) -> Result<(), Refused> {
        let (target, there) = at.follow(reference)?;
        let target = self.visit(target, there)?;
        if keyword == "$ref" {
            self.nodes[index].edges.push((Place::Same, target));
        } else {
            self.nodes[index].edges.push((Place::SameOneOf, target));
            let (_, anchor) = reference.split_once('#').unwrap_or_default();
            self.dynamic.push((index, anchor));
        }
        Ok(())
    }

    /// What counts about a subschema's own keywords.
    fn note(&mut self, index: usize, schema: &'r Map<String, Value>) {
        let compared = ["enum", "const"].iter().filter_map(|&keyword| schema.get(keyword));
        let demanded = demanded(schema);
        let compared = compared.map(limits::values).sum::<usize>() + demanded;
        let unique = (schema.get("uniqueItems") == Some(&Value::Bool(true))).then(|| self.whole());
        let node = &mut self.nodes[index];
        node.weight += compared as u64 / 16;
        node.failures = demanded as u64;
        node.edges.extend(unique.map(|whole| (Place::EachItem, whole)));
        node.unevaluated =
            ["unevaluatedProperties", "unevaluatedItems"].iter().any(|&k| schema.contains_key(k));
        self.expressions |= schema.get("format").is_some_and(|format| format == "regex");
        self.patterns.extend(schema.get("pattern").and_then(Value::as_str));
        if let Some(Value::Object(fields)) = schema.get("patternProperties") {
            self.patterns.extend(fields.keys().map(String::as_str));
        }
        if let Some(anchor) = schema.get("$dynamicAnchor").and_then(Value::as_str) {
            self.anchors.entry(anchor).or_default().push(index);
        }
        if schema.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            self.anchors.entry("").or_default().push(index);
        }
    }

    /// A node that stands for looking at all that a value holds, as it takes to compare two.
    fn whole(&mut self) -> usize {
        *self.whole.get_or_insert_with(|| {
            let index = self.nodes.len();
            let edges = vec![(Place::EachItem, index), (Place::EachField, index)];
            self.nodes.push(Node { weight: 1, edges, ..Node::default() });
            index
        })
    }

    /// The graph, with the edges whose targets are known only once all is read.
    fn finish(mut self) -> Graph {
        for (index, anchor) in self.dynamic {
            let edges = &mut self.nodes[index].edges;
            for &target in self.anchors.get(anchor).into_iter().flatten() {
                if !edges.contains(&(Place::SameOneOf, target)) {
                    edges.push((Place::SameOneOf, target));
                }
            }
        }
        let patterns = self.patterns.len();
        Graph { nodes: self.nodes, patterns, expressions: self.expressions }
    }
}

/// How many fields a subschema may find missing in one value, by the names that it lists.
fn demanded(schema: &Map<String, Value>) -> usize {
    let length = |names: &Value| names.as_array().map_or(0, Vec::len);
    let depending = ["dependentRequired", "dependencies"].iter().filter_map(|&k| schema.get(k));
    let depending = depending.filter_map(Value::as_object).flat_map(Map::values);
    let depending: usize = depending.map(|names| 1 + length(names)).sum();
    schema.get("required").map_or(0, length) + depending
}
