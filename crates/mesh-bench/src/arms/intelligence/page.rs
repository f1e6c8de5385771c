//! The page of the figures.

use std::fs;
use std::path::Path;

use crate::Outcome;

/// Tables, in Markdown.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A heading and a sentence about what is counted.
    pub fn part(&mut self, title: &str, about: &str) {
        self.0.push_str(&format!("\n## {title}\n\n{about}\n\n"));
        println!("\n{title}");
    }

    /// A table; it is printed too.
    pub fn table(&mut self, heading: &[&str], rows: &[Vec<String>]) {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
        self.0.push_str(&line(&heading));
        self.0
            .push_str(&line(&vec!["---".to_owned(); heading.len()]));
        rows.iter().for_each(|row| self.0.push_str(&line(row)));
        for row in std::iter::once(&heading).chain(rows) {
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:<26}")).collect();
            println!("  {}", cells.join(" ").trim_end());
        }
    }

    pub fn write(&self, path: &Path) -> Outcome<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, format!("# Figures of intelligence\n{}", self.0))?;
        println!("\n{}", path.display());
        Ok(())
    }
}
