//! Puts the built web page, the error pages and the few plain pages into the binary, compressed where that helps.
//!
//! The web page is there only if it was built (`make web`): without it the crate builds all the same
//! and says so to whoever opens the page.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut table = String::new();
    for (name, folder) in [
        ("WEB", "../../web/dist"),
        ("ERRORS", "../../docs/errors"),
        ("PLAIN", "pages"),
    ] {
        let folder = root.join(folder);
        println!("cargo:rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        collect(&folder, "", &mut files)?;
        files.sort();
        let _ = writeln!(table, "pub(crate) static {name}: &[File] = &[");
        for (path, file) in files {
            embed(&mut table, &out, name, &path, &file)?;
        }
        table.push_str("];\n");
    }
    fs::write(out.join("assets.rs"), table)
}

/// All files below `folder` with their paths in it; none if there is no such folder.
fn collect(folder: &Path, under: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}

fn embed(table: &mut String, out: &Path, list: &str, path: &str, file: &Path) -> io::Result<()> {
    let bytes = fs::read(file)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&bytes)?;
    let packed = encoder.finish()?;
    let gzip = packed.len() < bytes.len() * 9 / 10;
    let place = if gzip {
        out.join(format!("{list}-{}.gz", path.replace('/', "-")))
    } else {
        fs::canonicalize(file)?
    };
    if gzip {
        fs::write(&place, &packed)?;
    }
    // FNV-1a: names a version for caches, nothing more.
    let tag = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let _ = writeln!(
        table,
        "File {{ path: {path:?}, bytes: include_bytes!({place:?}), gzip: {gzip}, tag: \"\\\"{tag:016x}\\\"\" }},"
    );
    Ok(())
}
