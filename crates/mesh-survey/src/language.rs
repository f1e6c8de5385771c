//! Which language a file is in, by its name.

/// Names by ending. The first match counts.
const BY_ENDING: &[(&str, &str)] = &[
    ("ada", "Ada"), ("adb", "Ada"), ("ads", "Ada"), ("asm", "Assembly"), ("s", "Assembly"), ("awk", "AWK"),
    ("bash", "Shell"), ("bat", "Batch"), ("c", "C"), ("h", "C"), ("cc", "C++"), ("cpp", "C++"), ("cxx", "C++"),
    ("hpp", "C++"), ("hh", "C++"), ("cs", "C#"), ("clj", "Clojure"), ("cljs", "Clojure"), ("cmake", "CMake"),
    ("coffee", "CoffeeScript"), ("cr", "Crystal"), ("css", "CSS"), ("cu", "CUDA"), ("d", "D"), ("dart", "Dart"),
    ("ex", "Elixir"), ("exs", "Elixir"), ("elm", "Elm"), ("erl", "Erlang"), ("hrl", "Erlang"), ("f90", "Fortran"),
    ("f", "Fortran"), ("fs", "F#"), ("fsx", "F#"), ("glsl", "GLSL"), ("go", "Go"), ("gradle", "Gradle"),
    ("graphql", "GraphQL"), ("groovy", "Groovy"), ("hcl", "HCL"), ("tf", "HCL"), ("hs", "Haskell"),
    ("html", "HTML"), ("htm", "HTML"), ("ini", "INI"), ("java", "Java"), ("js", "JavaScript"),
    ("mjs", "JavaScript"), ("cjs", "JavaScript"), ("jsx", "JavaScript"), ("json", "JSON"), ("jsonc", "JSON"),
    ("jl", "Julia"), ("kt", "Kotlin"), ("kts", "Kotlin"), ("less", "Less"), ("lisp", "Lisp"), ("el", "Emacs Lisp"),
    ("lua", "Lua"), ("m", "Objective-C"), ("mm", "Objective-C"), ("md", "Markdown"), ("markdown", "Markdown"),
    ("ml", "OCaml"), ("mli", "OCaml"), ("nim", "Nim"), ("nix", "Nix"), ("pas", "Pascal"), ("pl", "Perl"),
    ("pm", "Perl"), ("php", "PHP"), ("proto", "Protocol Buffers"), ("ps1", "PowerShell"), ("py", "Python"),
    ("pyi", "Python"), ("r", "R"), ("rb", "Ruby"), ("rs", "Rust"), ("rst", "reStructuredText"), ("sass", "Sass"),
    ("scala", "Scala"), ("scm", "Scheme"), ("scss", "Sass"), ("sh", "Shell"), ("zsh", "Shell"), ("sol", "Solidity"),
    ("sql", "SQL"), ("svelte", "Svelte"), ("svg", "SVG"), ("swift", "Swift"), ("tcl", "Tcl"), ("tex", "TeX"),
    ("toml", "TOML"), ("ts", "TypeScript"), ("mts", "TypeScript"), ("cts", "TypeScript"), ("tsx", "TypeScript"),
    ("txt", "Text"), ("v", "Verilog"), ("vhd", "VHDL"), ("vim", "Vim script"), ("vue", "Vue"), ("wgsl", "WGSL"),
    ("xml", "XML"), ("yaml", "YAML"), ("yml", "YAML"), ("zig", "Zig"),
];

/// Names of whole files.
const BY_NAME: &[(&str, &str)] = &[
    ("Makefile", "Makefile"), ("makefile", "Makefile"), ("GNUmakefile", "Makefile"), ("Dockerfile", "Dockerfile"),
    ("CMakeLists.txt", "CMake"), ("Rakefile", "Ruby"), ("Gemfile", "Ruby"), ("Justfile", "Just"),
    ("justfile", "Just"), ("go.mod", "Go module"), ("go.sum", "Go module"),
];

/// Words people use for a language besides its name.
const NICKNAMES: &[(&str, &str)] = &[
    ("js", "JavaScript"), ("ts", "TypeScript"), ("py", "Python"), ("golang", "Go"), ("cpp", "C++"),
    ("csharp", "C#"), ("markup", "HTML"), ("docs", "Markdown"), ("bash", "Shell"),
];

/// The language of a file called `name`; `Other` if it is not known.
pub fn of(name: &str) -> &'static str {
    let find = |table: &'static [(&str, &'static str)], key: &str| {
        table.iter().find(|(known, _)| *known == key).map(|(_, language)| *language)
    };
    let ending = || {
        let (stem, ending) = name.rsplit_once('.')?;
        find(BY_ENDING, &ending.to_lowercase()).filter(|_| !stem.is_empty())
    };
    find(BY_NAME, name).or_else(ending).unwrap_or("Other")
}

/// The language that `word` means, if it means one.
pub fn named(word: &str) -> Option<&'static str> {
    let same = |known: &str| known.eq_ignore_ascii_case(word);
    let nick = NICKNAMES.iter().find(|(nick, _)| same(nick)).map(|(_, language)| *language);
    nick.or_else(|| BY_ENDING.iter().chain(BY_NAME).map(|(_, language)| *language).find(|language| same(language)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_by_name() {
        for (name, language) in [
            ("a.rs", "Rust"), ("A.RS", "Rust"), ("Makefile", "Makefile"), (".rs", "Other"), ("x.tar.gz", "Other"),
            ("CMakeLists.txt", "CMake"), ("noending", "Other"),
        ] {
            assert_eq!(of(name), language, "{name}");
        }
        assert_eq!(named("rust"), Some("Rust"));
        assert_eq!(named("ts"), Some("TypeScript"));
        assert_eq!(named("the"), None);
    }
}
