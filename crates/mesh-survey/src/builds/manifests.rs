//! Sends each file that may tell how to build to its reader, and reads the simple ones by table.

use super::{
    BuildCommand, BuildFindings, EntryPoint, Generated, Origin, Package, Purpose, System, Tree,
};
use super::{ci, docs, folder_of, join, js, makefile, python, rust};
use crate::walk;

/// A build system that is told by its file's name alone.
struct Simple {
    file: &'static str,
    system: &'static str,
    commands: &'static [(&'static str, Purpose)],
    writes: &'static [&'static str],
}

use Purpose::{Build, Install, Run, Test};

static SIMPLE: &[Simple] = &[
    Simple {
        file: "go.mod",
        system: "Go",
        commands: &[("go build ./...", Build), ("go test ./...", Test)],
        writes: &[],
    },
    Simple {
        file: "CMakeLists.txt",
        system: "CMake",
        commands: &[("cmake -B build && cmake --build build", Build)],
        writes: &["build"],
    },
    Simple {
        file: "pom.xml",
        system: "Maven",
        commands: &[("mvn package", Build), ("mvn test", Test)],
        writes: &["target"],
    },
    Simple {
        file: "build.gradle",
        system: "Gradle",
        commands: &[("gradle build", Build), ("gradle test", Test)],
        writes: &["build", ".gradle"],
    },
    Simple {
        file: "build.gradle.kts",
        system: "Gradle",
        commands: &[("gradle build", Build), ("gradle test", Test)],
        writes: &["build", ".gradle"],
    },
    Simple {
        file: "meson.build",
        system: "Meson",
        commands: &[
            ("meson setup build && meson compile -C build", Build),
            ("meson test -C build", Test),
        ],
        writes: &["build"],
    },
    Simple {
        file: "mix.exs",
        system: "Mix",
        commands: &[
            ("mix deps.get", Install),
            ("mix compile", Build),
            ("mix test", Test),
        ],
        writes: &["_build", "deps"],
    },
    Simple {
        file: "Gemfile",
        system: "Bundler",
        commands: &[("bundle install", Install)],
        writes: &["vendor/bundle"],
    },
    Simple {
        file: "composer.json",
        system: "Composer",
        commands: &[("composer install", Install)],
        writes: &["vendor"],
    },
    Simple {
        file: "build.zig",
        system: "Zig",
        commands: &[("zig build", Build), ("zig build test", Test)],
        writes: &["zig-out", ".zig-cache"],
    },
    Simple {
        file: "Package.swift",
        system: "SwiftPM",
        commands: &[("swift build", Build), ("swift test", Test)],
        writes: &[".build"],
    },
    Simple {
        file: "build.sbt",
        system: "sbt",
        commands: &[("sbt compile", Build), ("sbt test", Test)],
        writes: &["target"],
    },
    Simple {
        file: "stack.yaml",
        system: "Stack",
        commands: &[("stack build", Build), ("stack test", Test)],
        writes: &[".stack-work"],
    },
    Simple {
        file: "pubspec.yaml",
        system: "Dart",
        commands: &[("dart pub get", Install), ("dart test", Test)],
        writes: &[".dart_tool"],
    },
    Simple {
        file: "MODULE.bazel",
        system: "Bazel",
        commands: &[("bazel build //...", Build), ("bazel test //...", Test)],
        writes: &[],
    },
    Simple {
        file: "WORKSPACE",
        system: "Bazel",
        commands: &[("bazel build //...", Build), ("bazel test //...", Test)],
        writes: &[],
    },
    Simple {
        file: "flake.nix",
        system: "Nix",
        commands: &[("nix build", Build)],
        writes: &["result"],
    },
    Simple {
        file: "compose.yaml",
        system: "Compose",
        commands: &[("docker compose up", Run)],
        writes: &[],
    },
    Simple {
        file: "compose.yml",
        system: "Compose",
        commands: &[("docker compose up", Run)],
        writes: &[],
    },
    Simple {
        file: "docker-compose.yml",
        system: "Compose",
        commands: &[("docker compose up", Run)],
        writes: &[],
    },
    Simple {
        file: "docker-compose.yaml",
        system: "Compose",
        commands: &[("docker compose up", Run)],
        writes: &[],
    },
];

/// Lock files: written by tools and kept with the code.
static LOCKS: &[&str] = &[
    "Cargo.lock",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "uv.lock",
    "poetry.lock",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
    "mix.lock",
    "flake.lock",
];

/// Whether a file is read at all.
pub(super) fn may_tell(path: &str) -> bool {
    let name = walk::file_name(path);
    reader_of(name).is_some()
        || SIMPLE.iter().any(|row| row.file == name)
        || LOCKS.contains(&name)
        || ci::is_ci(path)
        || (is_readme(name) && path.matches('/').count() <= 1)
}

fn is_readme(name: &str) -> bool {
    let lower = name.to_lowercase();
    matches!(
        lower.as_str(),
        "readme" | "readme.md" | "readme.markdown" | "contributing.md"
    )
}

type Reader = fn(&mut BuildFindings, &Tree, &str, &str);

fn reader_of(name: &str) -> Option<Reader> {
    Some(match name {
        "Makefile" | "makefile" | "GNUmakefile" => {
            |found, _, path, text| makefile::read(found, path, text)
        }
        "justfile" | "Justfile" | ".justfile" => {
            |found, _, path, text| makefile::read_just(found, path, text)
        }
        "package.json" | "deno.json" => js::read,
        "Cargo.toml" => rust::read,
        "pyproject.toml" | "setup.py" | "tox.ini" | "noxfile.py" => python::read,
        ".gitattributes" => |found, _, path, text| docs::read_attributes(found, path, text),
        _ => return None,
    })
}

/// Reads one file into the findings.
pub(super) fn read(found: &mut BuildFindings, tree: &Tree, path: &str, text: &str) {
    let name = walk::file_name(path);
    if ci::is_ci(path) {
        ci::read(found, path, text);
    } else if let Some(reader) = reader_of(name) {
        reader(found, tree, path, text);
    } else if is_readme(name) {
        docs::read_readme(found, path, text);
    } else if LOCKS.contains(&name) {
        found.generated.push(Generated {
            path: path.to_owned(),
            folder: false,
            why: "a tool writes this lock file".to_owned(),
        });
    }
    if let Some(row) = SIMPLE.iter().find(|row| row.file == name) {
        simple(found, tree, row, path, text);
    }
}

fn simple(found: &mut BuildFindings, tree: &Tree, row: &Simple, path: &str, text: &str) {
    let folder = folder_of(path);
    // A CMake or Meson file in each folder belongs to the one at the top of its project.
    let nested =
        |system: &System| system.name == row.system && is_above(folder_of(&system.file), folder);
    if matches!(row.system, "CMake" | "Meson" | "Maven" | "Gradle")
        && found.systems.iter().any(nested)
    {
        return;
    }
    let mut push = |line: &str, purpose| {
        found.commands.push(BuildCommand {
            line: line.to_owned(),
            purpose,
            folder: folder.to_owned(),
            origin: Origin::Manifest,
            file: path.to_owned(),
            about: None,
        });
    };
    let wrapper = row.system == "Gradle" && tree.has(&join(folder, "gradlew"));
    for (line, purpose) in row.commands {
        if wrapper {
            push(
                &format!("./{}", line.replacen("gradle", "gradlew", 1)),
                *purpose,
            )
        } else {
            push(line, *purpose)
        }
    }
    if row.system == "CMake" && (text.contains("enable_testing") || text.contains("include(CTest)"))
    {
        push("ctest --test-dir build", Test);
    }
    let about = match row.system {
        "Go" => go_module(found, tree, folder, path, text),
        "CMake" => call_argument(text, "project("),
        _ => None,
    };
    found.systems.push(System {
        name: row.system.to_owned(),
        file: path.to_owned(),
        about,
    });
    for name in row.writes {
        let why = format!("{} writes it", row.system);
        found.generated.push(Generated {
            path: join(folder, name),
            folder: true,
            why,
        });
    }
}

fn is_above(above: &str, folder: &str) -> bool {
    above != folder
        && (above.is_empty()
            || folder
                .strip_prefix(above)
                .is_some_and(|rest| rest.starts_with('/')))
}

/// The module's name; its programs are `main.go` files.
fn go_module(
    found: &mut BuildFindings,
    tree: &Tree,
    folder: &str,
    path: &str,
    text: &str,
) -> Option<String> {
    let module = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("module "))?
        .trim()
        .to_owned();
    let test = if folder.is_empty() {
        "go test ./...".to_owned()
    } else {
        format!("cd {folder} && go test ./...")
    };
    found.packages.push(Package {
        folder: folder.to_owned(),
        name: module.clone(),
        test,
    });
    let mains: Vec<String> = tree
        .below(folder)
        .filter(|file| walk::file_name(file) == "main.go")
        .map(str::to_owned)
        .collect();
    for file in mains {
        let place = folder_of(&file);
        let inner = place
            .strip_prefix(folder)
            .unwrap_or(place)
            .trim_start_matches('/');
        let line = if inner.is_empty() {
            "go run .".to_owned()
        } else {
            format!("go run ./{inner}")
        };
        let name = if inner.is_empty() {
            module.rsplit('/').next()
        } else {
            inner.rsplit('/').next()
        };
        found.entry_points.push(EntryPoint {
            name: name.map(str::to_owned),
            file: file.clone(),
        });
        found.commands.push(BuildCommand {
            line,
            purpose: Run,
            folder: folder.to_owned(),
            origin: Origin::Manifest,
            file: path.to_owned(),
            about: None,
        });
    }
    Some(module)
}

/// The first argument of a call such as `project(name LANGUAGES C)`.
fn call_argument(text: &str, call: &str) -> Option<String> {
    let after = text.split_once(call)?.1;
    let name = after
        .trim_start()
        .split(|c: char| c.is_whitespace() || c == ')')
        .next()?;
    (!name.is_empty()).then(|| name.to_owned())
}
