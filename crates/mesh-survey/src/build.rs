//! The builder: how the code base is built, run and tested, as its own files say.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::{count, list};

/// A command and the file that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The command, to be run in the folder.
    pub command: String,
    /// The file.
    pub source: String,
}

/// What the builder has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Build files that are there.
    pub files: Vec<String>,
    /// How to build it.
    pub build: Vec<Found>,
    /// How to test it.
    pub test: Vec<Found>,
    /// How to start it.
    pub run: Vec<Found>,
    /// Targets of the Makefile.
    pub targets: Vec<String>,
    /// Folders that builds write into.
    pub generated: Vec<String>,
}

/// A build file is read up to here: longer ones are not written by hand.
const BUILD_FILE_BYTES_MAX: u64 = 1 << 20;

/// Reads the build files in `dir`.
pub fn survey(dir: &Path) -> Build {
    let mut build = Build::default();
    let readers: [(&str, fn(&mut Build, &str)); 7] = [
        ("Makefile", makefile),
        ("Cargo.toml", cargo),
        ("package.json", package_json),
        ("pyproject.toml", pyproject),
        ("go.mod", go_mod),
        ("CMakeLists.txt", cmake),
        ("Dockerfile", dockerfile),
    ];
    for (name, read) in readers {
        if let Some(text) = read_small(&dir.join(name)) {
            build.files.push(name.to_owned());
            read(&mut build, &text);
        }
    }
    for name in [".ci/run", ".github/workflows", ".gitlab-ci.yml", "pom.xml", "build.gradle", "build.gradle.kts"] {
        if dir.join(name).exists() {
            build.files.push(name.to_owned());
        }
    }
    build.generated.retain(|folder| dir.join(folder).is_dir());
    build
}

fn read_small(path: &Path) -> Option<String> {
    let small = |meta: &fs::Metadata| meta.is_file() && meta.len() <= BUILD_FILE_BYTES_MAX;
    fs::metadata(path).ok().filter(small)?;
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn found(command: impl Into<String>, source: &str) -> Found {
    Found { command: command.into(), source: source.to_owned() }
}

fn makefile(build: &mut Build, text: &str) {
    for line in text.lines() {
        let Some((names, rest)) = line.split_once(':') else { continue };
        let rule = !line.starts_with(['\t', ' ', '#', '.']) && !rest.starts_with('=') && !names.contains(['=', '$', '%']);
        for name in names.split_whitespace().filter(|_| rule) {
            if !build.targets.iter().any(|known| known == name) {
                build.targets.push(name.to_owned());
            }
        }
    }
    for target in &build.targets {
        let command = found(format!("make {target}"), "Makefile");
        match target.as_str() {
            "all" | "build" => build.build.push(command),
            "test" | "check" => build.test.push(command),
            "run" | "up" | "start" | "serve" | "dev" => build.run.push(command),
            _ => {}
        }
    }
}

fn cargo(build: &mut Build, text: &str) {
    let Ok(manifest) = text.parse::<toml::Table>() else { return };
    build.build.push(found("cargo build", "Cargo.toml"));
    build.test.push(found("cargo test", "Cargo.toml"));
    if manifest.contains_key("bin") || manifest.contains_key("package") {
        build.run.push(found("cargo run", "Cargo.toml"));
    }
    build.generated.push("target".to_owned());
}

fn package_json(build: &mut Build, text: &str) {
    let Ok(manifest) = serde_json::from_str::<Value>(text) else { return };
    for name in manifest["scripts"].as_object().into_iter().flatten().map(|(name, _)| name) {
        match name.as_str() {
            "build" => build.build.push(found("npm run build", "package.json")),
            "test" => build.test.push(found("npm test", "package.json")),
            "start" | "dev" => build.run.push(found(format!("npm run {name}"), "package.json")),
            _ => {}
        }
    }
    build.generated.extend(["node_modules".to_owned(), "dist".to_owned()]);
}

fn pyproject(build: &mut Build, text: &str) {
    let Ok(manifest) = text.parse::<toml::Table>() else { return };
    if manifest.contains_key("build-system") {
        build.build.push(found("python -m build", "pyproject.toml"));
    }
    if manifest.get("tool").and_then(|tool| tool.get("pytest")).is_some() {
        build.test.push(found("python -m pytest", "pyproject.toml"));
    }
}

fn go_mod(build: &mut Build, _: &str) {
    build.build.push(found("go build ./...", "go.mod"));
    build.test.push(found("go test ./...", "go.mod"));
}

fn cmake(build: &mut Build, text: &str) {
    build.build.push(found("cmake -B build && cmake --build build", "CMakeLists.txt"));
    if text.contains("enable_testing") || text.contains("include(CTest)") {
        build.test.push(found("ctest --test-dir build", "CMakeLists.txt"));
    }
    build.generated.push("build".to_owned());
}

fn dockerfile(build: &mut Build, _: &str) {
    build.build.push(found("docker build .", "Dockerfile"));
}

impl Build {
    pub(crate) fn report(&self) -> Vec<String> {
        if self.files.is_empty() {
            return vec!["No build file that I know is in the folder.".to_owned()];
        }
        let mut report = vec![format!("{}: {}.", count(self.files.len() as u64, "build file"), list(&self.files))];
        for (what, commands) in [("Build", &self.build), ("Test", &self.test), ("Run", &self.run)] {
            if !commands.is_empty() {
                report.push(format!("{what} it with {}.", commands_in_words(commands)));
            }
        }
        report
    }

    /// How the language with most lines is tested.
    pub(crate) fn tests_of_main_language(&self, languages: &[(String, u64)]) -> Option<String> {
        let (language, lines) = languages.first()?;
        let lines = count(*lines, "line");
        Some(match self.test.first() {
            Some(test) => format!("@surveyor, your {lines} of {language}: run `{}` to test them.", test.command),
            None => format!("@surveyor, for your {lines} of {language} I have found no test command."),
        })
    }
}

/// `make test (Makefile) or cargo test (Cargo.toml)`.
pub fn commands_in_words(commands: &[Found]) -> String {
    let each: Vec<String> = commands.iter().map(|found| format!("`{}` ({})", found.command, found.source)).collect();
    each.join(" or ")
}
