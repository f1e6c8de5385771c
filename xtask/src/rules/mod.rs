//! The rules of the house, one file each: a rule takes the tree and says what it found.

mod binaries;
mod corpus;
mod errors;
mod graph;
mod links;
mod locks;
mod nouns;
mod pure;
mod refusals;
mod shape;
mod told;
mod words;

use crate::tree::{Finding, Tree};

/// Everything that is wrong with the tree, in the order of the files.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let rules = [
        binaries::check,
        corpus::check,
        errors::check,
        graph::check,
        links::check,
        locks::check,
        nouns::check,
        pure::check,
        refusals::check,
        shape::check,
        told::check,
        words::check,
    ];
    let mut findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(tree)).collect();
    findings.sort();
    findings
}
