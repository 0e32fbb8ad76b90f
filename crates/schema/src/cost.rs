//! How much work a schema makes, bounded from above without running it.
//!
//! Two questions, asked at two times. At registration: to how many subschemas does it expand?
//! Recursion counts once there, since a tree of any depth is a fair thing to describe. At each
//! document: how often is a value of this depth looked at, and how deep does the engine recurse?
//! There recursion counts as often as the document goes down, which is what makes a schema such as
//! `{"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}]}` double with each level.

use serde_json::Value;

use crate::graph::{Graph, Node};
use crate::keywords::Place;
use crate::{Refused, limits};

/// How deep a document may go; what the JSON reader allows, too.
const MAX_DEPTH: usize = 128;
/// How far the engine may recurse: in an unoptimised build 2 MiB of stack end at about 800.
const MAX_STACK: u64 = 400;
/// How many looks at values a yes or no may take.
const MAX_WORK: u64 = 5_000_000;
/// How much text a pattern reads in the time of one look, in bytes.
const TEXT_PER_LOOK: usize = 256;
/// How many looks listing every violation may take: dearer by far, since each failure is kept.
const MAX_LISTED_WORK: u64 = 200_000;

/// The work of one compiled schema, by the depth of the value.
#[derive(Debug)]
pub(crate) struct Work {
    /// How often a value at this depth is looked at, at most.
    looks: Vec<u64>,
    /// The same where every failure is told, which is worth a look each.
    listed: Vec<u64>,
    /// How far the engine recurses into a document of this depth, at most.
    stack: Vec<u64>,
    /// Whether reading a text may take the square of its length: as a regular expression it does.
    squares: bool,
}

/// How far a document may be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affordable {
    /// Every violation can be listed.
    All,
    /// Only whether it is valid.
    Verdict,
    /// Not at all.
    Nothing,
}

impl Work {
    /// Bounds the work, and refuses what expands too far.
    pub(crate) fn measure(graph: &Graph) -> Result<Self, Refused> {
        let reached = graph.reached();
        let inner_first = graph
            .inner_first(&reached, |place, _, _| place.is_same())
            .ok_or(Refused::EndlessReference)?;
        let told = |node: &Node| node.weight.saturating_add(node.failures);
        let mut looks = graph.looks(&inner_first, |node| node.weight, None);
        let mut listed = graph.looks(&inner_first, told, None);
        let mut stack = graph.stack(&inner_first, None);
        if stack[0] > limits::MAX_CHAIN {
            return Err(Refused::ChainTooLong);
        }
        let cost = graph.expanded(&reached, &looks);
        if cost > limits::MAX_COST {
            return Err(Refused::TooCostly { cost });
        }
        let mut work = Self {
            looks: vec![looks[0]],
            listed: vec![listed[0]],
            stack: vec![stack[0]],
            squares: graph.expressions,
        };
        for _ in 1..=MAX_DEPTH {
            looks = graph.looks(&inner_first, |node| node.weight, Some(&looks));
            listed = graph.looks(&inner_first, told, Some(&listed));
            let deeper = graph.stack(&inner_first, Some(&stack));
            if looks.iter().all(|&n| n == 0) && deeper == stack {
                break;
            }
            stack = deeper;
            work.looks.push(looks[0]);
            work.listed.push(listed[0]);
            work.stack.push(stack[0]);
        }
        Ok(work)
    }

    /// How many looks it takes to read so much text.
    fn reading(&self, text: usize) -> u64 {
        let read = (text / TEXT_PER_LOOK) as u64;
        1 + if self.squares { read.saturating_mul(read) } else { read }
    }

    /// How far checking this document may go.
    pub(crate) fn affordable(&self, document: &Value) -> Affordable {
        let (mut depth, mut looks, mut listed) = (0, 0_u64, 0_u64);
        let mut open = vec![(document, 0, 0)];
        while let Some((value, level, name)) = open.pop() {
            depth = depth.max(level);
            let text = name + value.as_str().map_or(0, str::len);
            let reading = self.reading(text);
            let all = |once: &[u64]| once.get(level).map_or(0, |once| once.saturating_mul(reading));
            looks = looks.saturating_add(all(&self.looks));
            listed = listed.saturating_add(all(&self.listed));
            match value {
                _ if level > MAX_DEPTH => return Affordable::Nothing,
                Value::Array(items) => open.extend(items.iter().map(|item| (item, level + 1, 0))),
                Value::Object(fields) => {
                    open.extend(fields.iter().map(|(name, one)| (one, level + 1, name.len())));
                }
                _ => {}
            }
        }
        let stack = self.stack.get(depth).or(self.stack.last()).copied().unwrap_or(0);
        if stack > MAX_STACK || looks > MAX_WORK {
            return Affordable::Nothing;
        }
        if listed > MAX_LISTED_WORK { Affordable::Verdict } else { Affordable::All }
    }
}

impl Graph {
    /// The nodes that the document leads to.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open = vec![0];
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut reached[index], true) {
                open.extend(self.nodes[index].edges.iter().map(|&(_, target)| target));
            }
        }
        reached
    }

    /// The chosen nodes, each after those its kept edges lead to; `None` if these run in a circle.
    fn inner_first(
        &self,
        chosen: &[bool],
        keep: impl Fn(Place, usize, usize) -> bool,
    ) -> Option<Vec<usize>> {
        let order = self.peel(chosen, keep);
        (order.len() == chosen.iter().filter(|&&one| one).count()).then_some(order)
    }

    /// Takes the chosen nodes away one by one, each once no kept edge leads on from it; what runs
    /// in a circle, or leads to one, stays.
    fn peel(&self, chosen: &[bool], keep: impl Fn(Place, usize, usize) -> bool) -> Vec<usize> {
        let mut sources = vec![Vec::new(); self.nodes.len()];
        let mut left = vec![0_usize; self.nodes.len()];
        for index in (0..self.nodes.len()).filter(|&index| chosen[index]) {
            for &(place, target) in &self.nodes[index].edges {
                if chosen[target] && keep(place, index, target) {
                    sources[target].push(index);
                    left[index] += 1;
                }
            }
        }
        let mut order: Vec<usize> =
            (0..left.len()).filter(|&index| chosen[index] && left[index] == 0).collect();
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            for &source in &sources[index] {
                left[source] -= 1;
                if left[source] == 0 {
                    order.push(source);
                }
            }
        }
        order
    }

    /// To how many subschemas the document expands. An edge between two nodes that lead to a
    /// circle ends there: [`Work`] charges recursion to the document.
    fn expanded(&self, reached: &[bool], same: &[u64]) -> u64 {
        let mut circular = reached.to_vec();
        for index in self.peel(reached, |_, _, _| true) {
            circular[index] = false;
        }
        let keep = |place: Place, from: usize, to: usize| {
            place.is_same() || !(circular[from] && circular[to])
        };
        let mut total = vec![0_u64; self.nodes.len()];
        for index in self.inner_first(reached, keep).unwrap_or_default() {
            let node = &self.nodes[index];
            let again = if node.unevaluated { same[index] } else { 0 };
            let kept = node.edges.iter().filter(|&&(place, to)| keep(place, index, to));
            total[index] = node.weight.saturating_add(again).saturating_add(sum(kept, &total));
        }
        total[0]
    }

    /// How often each node looks at a value one level deeper than in `above`, at most, if it takes
    /// `own` looks for itself.
    fn looks(
        &self,
        inner_first: &[usize],
        own: impl Fn(&Node) -> u64,
        above: Option<&[u64]>,
    ) -> Vec<u64> {
        let mut looks = vec![0_u64; self.nodes.len()];
        for &index in inner_first {
            let node = &self.nodes[index];
            let same = sum(node.edges.iter().filter(|(place, _)| place.is_same()), &looks);
            let same = same.saturating_mul(if node.unevaluated { 2 } else { 1 });
            let own = above.map_or_else(|| own(node), |above| node.inside(above));
            looks[index] = same.saturating_add(own);
        }
        looks
    }

    /// How far the engine recurses from each node, given that for documents one level flatter.
    fn stack(&self, inner_first: &[usize], flatter: Option<&[u64]>) -> Vec<u64> {
        let mut stack = vec![0; self.nodes.len()];
        for &index in inner_first {
            let inner = self.nodes[index].edges.iter().filter_map(|&(place, to)| match place {
                place if place.is_same() => Some(stack[to]),
                _ => flatter.map(|flatter| flatter[to]),
            });
            stack[index] = inner.max().unwrap_or(0) + 1;
        }
        stack
    }
}

/// What the targets of these edges come to, where of some only one counts.
fn sum<'a>(edges: impl Iterator<Item = &'a (Place, usize)>, of: &[u64]) -> u64 {
    let (all, one) = edges.fold((0_u64, 0), |(all, one), &(place, to)| match place {
        Place::SameOneOf => (all, one.max(of[to])),
        _ => (all.saturating_add(of[to]), one),
    });
    all.saturating_add(one)
}

impl Node {
    fn targets(&self, wanted: Place) -> impl Iterator<Item = usize> {
        self.edges.iter().filter(move |(place, _)| *place == wanted).map(|&(_, target)| target)
    }

    /// How often one value inside is looked at: a value is either a field or an item, and only one
    /// of the subschemas under `properties` applies to it.
    fn inside(&self, looks: &[u64]) -> u64 {
        let one_and_each = |one, each| {
            let one = self.targets(one).map(|target| looks[target]).max().unwrap_or(0);
            self.targets(each).fold(one, |sum: u64, target| sum.saturating_add(looks[target]))
        };
        one_and_each(Place::Field, Place::EachField).max(one_and_each(Place::Item, Place::EachItem))
    }
}
