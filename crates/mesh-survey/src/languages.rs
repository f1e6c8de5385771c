//! Which language a file is written in, told by its name alone.
//!
//! The table is small on purpose: a name that is not in it is counted as `Other`, never guessed from content.
//! It stands here because `tokei`, which knows more, brings 40 crates that nothing else here needs, and the first build is
//! what a newcomer waits for.

/// What a language is mostly for. Reports speak of code before data and prose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Programs.
    Code,
    /// Pages and styles.
    Markup,
    /// Settings, data and locks.
    Data,
    /// Text for people.
    Prose,
}

/// One row of the table.
#[derive(Debug)]
pub struct Language {
    /// The name as shown.
    pub name: &'static str,
    /// What it is mostly for.
    pub kind: Kind,
    /// File extensions without the dot, lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names, compared exactly.
    pub names: &'static [&'static str],
    /// Further words people use for it, lower case; the name itself always counts.
    pub aliases: &'static [&'static str],
}

/// The name for text in no known language.
pub const OTHER: &str = "Other";

const fn row(
    name: &'static str,
    kind: Kind,
    extensions: &'static [&'static str],
    names: &'static [&'static str],
    aliases: &'static [&'static str],
) -> Language {
    Language {
        name,
        kind,
        extensions,
        names,
        aliases,
    }
}

use Kind::{Code, Data, Markup, Prose};

/// All known languages. An extension or name stands in one row only.
pub static TABLE: &[Language] = &[
    row("Ada", Code, &["adb", "ads"], &[], &[]),
    row("Assembly", Code, &["asm", "s"], &[], &["assembler"]),
    row("Astro", Markup, &["astro"], &[], &[]),
    row("Awk", Code, &["awk"], &[], &[]),
    row("Batch", Code, &["bat", "cmd"], &[], &[]),
    row(
        "Bazel",
        Code,
        &["bzl", "bazel"],
        &["BUILD", "WORKSPACE"],
        &["starlark"],
    ),
    row("C", Code, &["c"], &[], &[]),
    row("C header", Code, &["h"], &[], &["headers"]),
    row("C#", Code, &["cs", "csx"], &[], &["csharp", "c-sharp"]),
    row(
        "C++",
        Code,
        &["cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "ipp"],
        &[],
        &["cplusplus"],
    ),
    row("Clojure", Code, &["clj", "cljs", "cljc", "edn"], &[], &[]),
    row("CMake", Code, &["cmake"], &["CMakeLists.txt"], &[]),
    row("COBOL", Code, &["cob", "cbl"], &[], &[]),
    row("CoffeeScript", Code, &["coffee"], &[], &[]),
    row("Common Lisp", Code, &["lisp", "lsp", "cl"], &[], &["lisp"]),
    row("Crystal", Code, &["cr"], &[], &[]),
    row("CSS", Markup, &["css"], &[], &["stylesheets"]),
    row("CSV", Data, &["csv", "tsv"], &[], &[]),
    row("CUDA", Code, &["cu", "cuh"], &[], &[]),
    row("D", Code, &["d"], &[], &[]),
    row("Dart", Code, &["dart"], &[], &[]),
    row("Diff", Data, &["diff", "patch"], &[], &["patches"]),
    row(
        "Dockerfile",
        Code,
        &["dockerfile"],
        &["Dockerfile", "Containerfile"],
        &["dockerfiles"],
    ),
    row("Elixir", Code, &["ex", "exs"], &[], &[]),
    row("Elm", Code, &["elm"], &[], &[]),
    row("Emacs Lisp", Code, &["el"], &[], &["elisp"]),
    row("Erlang", Code, &["erl", "hrl"], &[], &[]),
    row("F#", Code, &["fs", "fsi", "fsx"], &[], &["fsharp"]),
    row("Fish", Code, &["fish"], &[], &[]),
    row(
        "Fortran",
        Code,
        &["f", "f77", "f90", "f95", "f03", "f08"],
        &[],
        &[],
    ),
    row("GLSL", Code, &["glsl", "vert", "frag"], &[], &["shaders"]),
    row("Go", Code, &["go"], &[], &["golang"]),
    row("Go module", Data, &["mod", "sum"], &[], &[]),
    row("GraphQL", Code, &["graphql", "gql"], &[], &[]),
    row(
        "Groovy",
        Code,
        &["groovy", "gradle"],
        &["Jenkinsfile"],
        &["gradle"],
    ),
    row("Handlebars", Markup, &["hbs", "handlebars"], &[], &[]),
    row("Haskell", Code, &["hs", "lhs"], &[], &[]),
    row("HCL", Code, &["hcl", "tf", "tfvars"], &[], &["terraform"]),
    row("HTML", Markup, &["html", "htm", "xhtml"], &[], &[]),
    row(
        "INI",
        Data,
        &["ini", "cfg", "conf", "properties"],
        &[".editorconfig", ".gitconfig"],
        &[],
    ),
    row(
        "Ignore list",
        Data,
        &[],
        &[".gitignore", ".dockerignore", ".npmignore", ".ignore"],
        &[],
    ),
    row("Java", Code, &["java"], &[], &[]),
    row(
        "JavaScript",
        Code,
        &["js", "mjs", "cjs", "jsx"],
        &[],
        &["ecmascript"],
    ),
    row(
        "JSON",
        Data,
        &["json", "jsonc", "json5", "jsonl", "ndjson", "webmanifest"],
        &[],
        &[],
    ),
    row("Julia", Code, &["jl"], &[], &[]),
    row("Jupyter", Data, &["ipynb"], &[], &["notebooks"]),
    row(
        "Just",
        Code,
        &["just"],
        &["justfile", "Justfile", ".justfile"],
        &["justfiles"],
    ),
    row("Kotlin", Code, &["kt", "kts"], &[], &[]),
    row("LaTeX", Prose, &["tex", "sty", "bib"], &[], &["tex"]),
    row("Less", Markup, &["less"], &[], &[]),
    row(
        "Lock file",
        Data,
        &["lock"],
        &["package-lock.json", "pnpm-lock.yaml"],
        &["lockfiles"],
    ),
    row("Lua", Code, &["lua"], &[], &[]),
    row(
        "Makefile",
        Code,
        &["mk", "mak"],
        &["Makefile", "makefile", "GNUmakefile"],
        &["makefiles"],
    ),
    row("Markdown", Prose, &["md", "markdown", "mdx"], &[], &[]),
    row("MATLAB", Code, &["matlab"], &[], &[]),
    row(
        "Meson",
        Code,
        &[],
        &["meson.build", "meson_options.txt"],
        &[],
    ),
    row("Nim", Code, &["nim", "nims"], &[], &[]),
    row("Nix", Code, &["nix"], &[], &[]),
    row("Objective-C", Code, &["m", "mm"], &[], &["objc"]),
    row("OCaml", Code, &["ml", "mli"], &[], &[]),
    row("Odin", Code, &["odin"], &[], &[]),
    row("Pascal", Code, &["pas", "pp"], &[], &["delphi"]),
    row("Perl", Code, &["pl", "pm"], &[], &[]),
    row("PHP", Code, &["php"], &[], &[]),
    row("PowerShell", Code, &["ps1", "psm1", "psd1"], &[], &[]),
    row("Prolog", Code, &["pro", "prolog"], &[], &[]),
    row(
        "Protocol Buffers",
        Code,
        &["proto"],
        &[],
        &["protobuf", "protobufs"],
    ),
    row("Python", Code, &["py", "pyi", "pyw"], &[], &[]),
    row("R", Code, &["r", "rmd"], &[], &[]),
    row("Racket", Code, &["rkt"], &[], &[]),
    row("reStructuredText", Prose, &["rst"], &[], &["restructured"]),
    row(
        "Ruby",
        Code,
        &["rb", "rake", "gemspec"],
        &["Rakefile", "Gemfile"],
        &[],
    ),
    row("Rust", Code, &["rs"], &[], &[]),
    row("Sass", Markup, &["sass", "scss"], &[], &["scss"]),
    row("Scala", Code, &["scala", "sbt", "sc"], &[], &[]),
    row("Scheme", Code, &["scm", "ss"], &[], &[]),
    row(
        "Shell",
        Code,
        &["sh", "bash", "zsh", "ksh"],
        &[".bashrc", ".profile", ".zshrc"],
        &["bash"],
    ),
    row("Solidity", Code, &["sol"], &[], &[]),
    row("SQL", Code, &["sql"], &[], &[]),
    row("Svelte", Markup, &["svelte"], &[], &[]),
    row("SVG", Markup, &["svg"], &[], &[]),
    row("Swift", Code, &["swift"], &[], &[]),
    row("SystemVerilog", Code, &["sv", "svh"], &[], &[]),
    row("Tcl", Code, &["tcl"], &[], &[]),
    row(
        "Text",
        Prose,
        &["txt", "text"],
        &["LICENSE", "NOTICE", "AUTHORS", "README", "COPYING"],
        &["plaintext"],
    ),
    row("TOML", Data, &["toml"], &[], &[]),
    row("TypeScript", Code, &["ts", "tsx", "mts", "cts"], &[], &[]),
    row("Verilog", Code, &["v", "vh"], &[], &[]),
    row("VHDL", Code, &["vhd", "vhdl"], &[], &[]),
    row("Vim script", Code, &["vim"], &[".vimrc"], &["vimscript"]),
    row("Visual Basic", Code, &["vb", "vbs"], &[], &[]),
    row("Vue", Markup, &["vue"], &[], &[]),
    row("WebAssembly text", Code, &["wat", "wast"], &[], &["wat"]),
    row("WGSL", Code, &["wgsl"], &[], &[]),
    row(
        "XML",
        Data,
        &["xml", "xsd", "xsl", "xslt", "plist"],
        &[],
        &[],
    ),
    row("YAML", Data, &["yaml", "yml"], &[], &["yml"]),
    row("Zig", Code, &["zig", "zon"], &[], &[]),
];

/// The extension of a file name, lower case and without the dot; empty for `Makefile` and `.profile`.
pub fn extension(file_name: &str) -> String {
    match file_name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 20 => end.to_lowercase(),
        _ => String::new(),
    }
}

/// The language of a file by its name; `None` if the table does not know it.
pub fn of_file(file_name: &str) -> Option<&'static Language> {
    let by_name = TABLE.iter().find(|row| row.names.contains(&file_name));
    if by_name.is_some() {
        return by_name;
    }
    if file_name.starts_with("Dockerfile.") {
        return by_word("dockerfile");
    }
    let end = extension(file_name);
    if end.is_empty() {
        None
    } else {
        TABLE
            .iter()
            .find(|row| row.extensions.contains(&end.as_str()))
    }
}

/// The language a person means by a word such as `rust`, `C++` or `yml`.
pub fn by_word(word: &str) -> Option<&'static Language> {
    let word = word.to_lowercase();
    TABLE
        .iter()
        .find(|row| row.name.to_lowercase() == word)
        .or_else(|| {
            TABLE
                .iter()
                .find(|row| row.aliases.contains(&word.as_str()))
        })
}

/// The kind of a language by its shown name.
pub fn kind_of(name: &str) -> Option<Kind> {
    TABLE
        .iter()
        .find(|row| row.name == name)
        .map(|row| row.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_extension_name_or_word_means_two_languages() {
        let (mut ends, mut names, mut words) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for row in TABLE {
            assert!(words.insert(row.name.to_lowercase()), "{}", row.name);
            for end in row.extensions {
                assert!(ends.insert(*end), "{end} stands twice");
                assert_eq!(*end, end.to_lowercase());
            }
            for name in row.names {
                assert!(names.insert(*name), "{name} stands twice");
            }
            for alias in row.aliases {
                assert!(
                    words.insert((*alias).to_owned()) || by_word(alias).is_some(),
                    "{alias}"
                );
            }
        }
        assert!(TABLE.len() >= 80);
    }

    #[test]
    fn names_lead_to_languages() {
        for (name, want) in [
            ("main.rs", Some("Rust")),
            ("MAIN.RS", Some("Rust")),
            ("Makefile", Some("Makefile")),
            ("CMakeLists.txt", Some("CMake")),
            ("package-lock.json", Some("Lock file")),
            ("package.json", Some("JSON")),
            ("Dockerfile.dev", Some("Dockerfile")),
            ("a.tar.zig", Some("Zig")),
            (".gitignore", Some("Ignore list")),
            (".rs", None),
            ("rs", None),
            ("a.", None),
            ("no language", None),
        ] {
            assert_eq!(of_file(name).map(|row| row.name), want, "{name}");
        }
    }
}
