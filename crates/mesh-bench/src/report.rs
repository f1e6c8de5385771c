//! What is printed and kept: figures of each repeat, medians of ratios, and the machine they come from.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::Outcome;

/// One comparison's figures.
#[derive(Debug)]
pub struct Line {
    /// What was compared.
    pub name: String,
    /// The unit of the figures.
    pub unit: &'static str,
    /// The node's figure and the peer's, a pair a repeat; the peer's is absent if it is not installed.
    pub pairs: Vec<(f64, Option<f64>)>,
    /// The ratio that is aimed at.
    pub target: Option<f64>,
    /// How the peer was set.
    pub peer: String,
}

/// All lines so far.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<Value>,
}

impl Report {
    pub fn new() -> Report {
        Report::default()
    }

    /// The load of the machine before anything runs.
    pub fn print_machine(&self) {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("{cores} cores, load average {}", load.trim());
    }

    /// Prints one comparison and keeps it.
    pub fn add(&mut self, line: &Line) {
        let ours = median(line.pairs.iter().map(|(ours, _)| *ours).collect());
        let ratios: Vec<f64> = line
            .pairs
            .iter()
            .filter_map(|(ours, theirs)| theirs.map(|theirs| ours / theirs))
            .collect();
        let ratio = (!ratios.is_empty()).then(|| median(ratios.clone()));
        let verdict = match (ratio, line.target) {
            (Some(ratio), Some(target)) if ratio >= target => format!("aimed at {target}: ok"),
            (Some(_), Some(target)) => format!("aimed at {target}: below"),
            _ => "no peer to compare with".to_owned(),
        };
        let shown = ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
        println!(
            "{:<28} {ours:>12.0} {:<10} ratio {shown:>6}  {verdict}  ({})",
            line.name, line.unit, line.peer
        );
        for (ours, theirs) in &line.pairs {
            println!(
                "{:<28} {ours:>12.0} {:>12.0}",
                "",
                theirs.unwrap_or(f64::NAN)
            );
        }
        self.lines.push(json!({
            "name": line.name, "unit": line.unit, "median": ours, "ratio": ratio, "target": line.target,
            "peer": line.peer, "repeats": line.pairs.iter().map(|(a, b)| json!([a, b])).collect::<Vec<_>>(),
        }));
    }

    /// Writes the report file.
    pub fn write(&self, path: &Path) -> Outcome<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(
            path,
            serde_json::to_vec_pretty(&json!({ "lines": self.lines }))?,
        )?;
        println!("report: {}", path.display());
        Ok(())
    }
}

/// The middle value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < f64::EPSILON);
    }
}
