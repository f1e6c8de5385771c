//! What the mesh's intelligence is worth, counted on cases whose answer is known: what observers find and miss, and what
//! dispatch loses against the best fixed choice. Beside each figure stands what something stupid does.
//!
//! It stands here and not in `mesh`: it plays whole weeks, drives nodes of its own, and nobody who runs a mesh needs it.

mod days;
mod dispatch;
mod observers;
mod page;
mod spoken;
mod week;

use crate::report::Report;
use crate::{Args, Outcome};

/// Runs all and writes the page.
pub fn run(args: &Args, report: &mut Report) -> Outcome<()> {
    let mut page = page::Page::default();
    observers::run(report, &mut page);
    dispatch::run(args, report, &mut page)?;
    page.write(&args.report.with_file_name("intelligence.md"))
}
