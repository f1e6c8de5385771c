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
    /// What the ratio, or the figure itself if there is no peer, is held against.
    pub target: Target,
    /// How the peer was set.
    pub peer: String,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// The ratio shall be at least this.
    RatioAtLeast(f64),
    /// The ratio shall be at most this.
    RatioAtMost(f64),
    /// The figure itself shall be at least this.
    AtLeast(f64),
    /// The figure itself shall be at most this.
    AtMost(f64),
    /// Told beside the others.
    None,
}

impl Target {
    /// What is aimed at, and whether it was met; `None` if there is nothing to hold it against.
    fn verdict(self, figure: f64, ratio: Option<f64>) -> (String, Option<bool>) {
        match self {
            Target::RatioAtLeast(aim) => (format!("ratio >= {aim}"), ratio.map(|r| r >= aim)),
            Target::RatioAtMost(aim) => (format!("ratio <= {aim}"), ratio.map(|r| r <= aim)),
            Target::AtLeast(aim) => (format!(">= {aim}"), Some(figure >= aim)),
            Target::AtMost(aim) => (format!("<= {aim}"), Some(figure <= aim)),
            Target::None => (String::new(), None),
        }
    }
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
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        println!("{cores} cores, load average {}", load());
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
        let (aim, met) = line.target.verdict(ours, ratio);
        let verdict = met.map_or("", |met| if met { "ok" } else { "below" });
        let shown = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        println!(
            "{:<28} {ours:>12.2} {:<14} ratio {shown:>6}  {aim} {verdict}  ({})",
            line.name, line.unit, line.peer
        );
        for (ours, theirs) in line.pairs.iter().filter(|(_, theirs)| theirs.is_some()) {
            println!(
                "{:<28} {ours:>12.2} {:>12.2}",
                "",
                theirs.unwrap_or(f64::NAN)
            );
        }
        self.lines.push(json!({
            "name": line.name, "unit": line.unit, "median": ours, "ratio": ratio, "target": aim, "met": met,
            "peer": line.peer, "load_average": load(), "repeats": line.pairs.iter().map(|(a, b)| json!([a, b])).collect::<Vec<_>>(),
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

/// The machine's load at this moment, as the kernel tells it.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.trim().to_owned()
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
