//! The subschemas of a document and how one leads to another, references resolved.

use std::collections::{HashMap, HashSet};

use jsonschema::{Draft, Registry, RegistryBuilder, Retrieve, Uri};
use serde_json::{Map, Value};

use crate::keywords::{KEYWORDS, Place};
use crate::references::{Standpoint, refused};
use crate::{Refused, limits};

/// Where a document without an `$id` of its own is at home.
const BASE: &str = "json-schema:///";

/// One subschema.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// What checking one value against its own keywords costs, at least 1.
    pub(crate) weight: u64,
    /// It asks what its siblings have evaluated, so they are run once more.
    pub(crate) unevaluated: bool,
    /// The subschemas it applies, and to what.
    pub(crate) edges: Vec<(Place, usize)>,
}

/// All subschemas; the first one is the document itself.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
}

impl Graph {
    /// Reads the document and resolves its references, inside the document only.
    pub(crate) fn read(document: &Value, draft: Draft) -> Result<Self, Refused> {
        let base = jsonschema::uri::from_str(BASE).map_err(|error| refused(&error, BASE))?;
        let registry = Registry::new()
            .draft(draft)
            .retriever(Nothing)
            .add(BASE, draft.create_resource_ref(document))
            .and_then(RegistryBuilder::prepare)
            .map_err(|error| refused(&error, "$id"))?;
        let mut reader = Reader::default();
        reader.visit(document, Standpoint::new(&registry, base, draft))?;
        while let Some((index, schema, at)) = reader.open.pop() {
            reader.read(index, schema, &at)?;
        }
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
    nodes: Vec<Node>,
    /// Which node a subschema is. Two equal ones at different places are two: hence the address.
    known: HashMap<*const Value, usize>,
    open: Vec<(usize, &'r Map<String, Value>, Standpoint<'r>)>,
    patterns: HashSet<&'r str>,
    anchors: HashMap<&'r str, Vec<usize>>,
    /// References whose target depends on how they were reached: all of that name may be it.
    dynamic: Vec<(usize, &'r str)>,
}

impl<'r> Reader<'r> {
    /// The node of `schema`, to be read later if it is new.
    fn visit(&mut self, schema: &'r Value, from: Standpoint<'r>) -> Result<usize, Refused> {
        if let Some(known) = self.known.get(&std::ptr::from_ref(schema)) {
            return Ok(*known);
        }
        let index = self.nodes.len();
        self.known.insert(std::ptr::from_ref(schema), index);
        self.nodes.push(Node { weight: 1, ..Node::default() });
        if let Value::Object(fields) = schema {
            self.open.push((index, fields, from.inside(schema)?));
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
        for (keyword, form, place) in KEYWORDS {
            let Some(value) = schema.get(*keyword) else {
                continue;
            };
            for target in form.subschemas(value) {
                let target = self.visit(target, at.clone())?;
                if let Some(place) = place {
                    self.nodes[index].edges.push((*place, target));
                }
            }
        }
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(reference) = schema.get(keyword).and_then(Value::as_str) else {
                continue;
            };
            let (target, there) = at.follow(reference)?;
            let target = self.visit(target, there)?;
            self.nodes[index].edges.push((Place::Same, target));
            if keyword != "$ref" {
                let (_, anchor) = reference.split_once('#').unwrap_or_default();
                self.dynamic.push((index, anchor));
            }
        }
        limits::check_patterns(&self.patterns)
    }

    /// What counts about a subschema's own keywords.
    fn note(&mut self, index: usize, schema: &'r Map<String, Value>) {
        let listed =
            ["enum", "required"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array());
        let listed: usize = listed.map(Vec::len).sum();
        let node = &mut self.nodes[index];
        node.weight += listed as u64 / 16;
        node.unevaluated =
            ["unevaluatedProperties", "unevaluatedItems"].iter().any(|&k| schema.contains_key(k));
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

    /// The graph, with the edges whose targets are known only once all is read.
    fn finish(mut self) -> Graph {
        for (index, anchor) in self.dynamic {
            let edges = &mut self.nodes[index].edges;
            for &target in self.anchors.get(anchor).into_iter().flatten() {
                if !edges.contains(&(Place::Same, target)) {
                    edges.push((Place::Same, target));
                }
            }
        }
        Graph { nodes: self.nodes }
    }
}
