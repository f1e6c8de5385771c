//! Tables in TOML files that people edit too: comments, blanks and order stay as they are.

use serde_json::Value;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use super::{Replaced, Trouble};

/// The text with the table at the path.
pub fn put(text: &str, path: &[String], fields: &Value) -> Result<(String, Replaced), Trouble> {
    let mut file = File::open(text)?;
    let (name, above) = split(path)?;
    let (table, mut held) = make(file.document.as_table_mut(), above)?;
    let ours = written(fields);
    let mut replaced = None;
    if let Some(there) = table.get(name) {
        held += 1;
        let old = read(there);
        if old == *fields {
            return Ok((
                text.to_owned(),
                Replaced {
                    held,
                    replaced: Some(old),
                },
            ));
        }
        replaced = Some(old);
    }
    table.insert(name, Item::Table(ours));
    let after = file.close();
    // What the file says otherwise is the same, whatever the library makes of its form.
    let mut back = File::open(&after)?;
    undo(
        &mut back.document,
        path,
        &Replaced {
            held,
            replaced: replaced.clone(),
        },
    )?;
    if read(back.document.as_item()) != read(File::open(text)?.document.as_item()) {
        return Err(Trouble::new(
            "cannot be edited without touching the rest of it",
            "write the table yourself; `--dry-run` with an empty file shows it",
        ));
    }
    Ok((after, Replaced { held, replaced }))
}

/// The text without the table, or with what it replaced.
pub fn take(text: &str, path: &[String], found: &Replaced) -> Result<String, Trouble> {
    let mut file = File::open(text)?;
    if undo(&mut file.document, path, found)? {
        return Ok(file.close());
    }
    Ok(text.to_owned())
}

fn undo(document: &mut DocumentMut, path: &[String], found: &Replaced) -> Result<bool, Trouble> {
    let (name, above) = split(path)?;
    let Some(table) = find(document.as_table_mut(), above) else {
        return Ok(false);
    };
    if !table.contains_key(name) {
        return Ok(false);
    }
    match &found.replaced {
        Some(old) => drop(table.insert(name, Item::Table(written(old)))),
        None => drop(table.remove(name)),
    }
    for length in (found.held + 1..path.len()).rev() {
        let (name, above) = split(&path[..length])?;
        let Some(table) = find(document.as_table_mut(), above) else {
            break;
        };
        let empty = table
            .get(name)
            .and_then(Item::as_table_like)
            .is_some_and(TableLike::is_empty);
        if !empty {
            break;
        }
        table.remove(name);
    }
    Ok(true)
}

/// A file between reading and writing it.
struct File {
    document: DocumentMut,
    /// Whether every line ends as Windows ends them.
    windows: bool,
}

impl File {
    fn open(text: &str) -> Result<File, Trouble> {
        let windows = text.contains("\r\n");
        let unix = text.replace("\r\n", "\n");
        if windows && unix.matches('\n').count() != text.matches("\r\n").count() {
            return Err(Trouble::new(
                "ends some lines as Windows does and others as Unix does",
                "make them the same, and run this again",
            ));
        }
        let document = unix.parse::<DocumentMut>().map_err(|why| {
            let why = why.to_string();
            let why: Vec<_> = why.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            Trouble::new(
                format!("is not TOML, or only a part of it: {}", why.join(" ")),
                "mend it, or wait until the program that writes it has finished, and run this again",
            )
        })?;
        Ok(File { document, windows })
    }

    fn close(&self) -> String {
        let text = self.document.to_string();
        if self.windows {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }
}

/// The table at a path, made where it is missing, and how many keys of the path were there.
fn make<'a>(
    top: &'a mut Table,
    path: &[String],
) -> Result<(&'a mut dyn TableLike, usize), Trouble> {
    let (mut table, mut held): (&mut dyn TableLike, _) = (top, 0);
    for name in path {
        if table.contains_key(name) {
            held += 1;
        } else {
            let mut fresh = Table::new();
            fresh.set_implicit(true);
            table.insert(name, Item::Table(fresh));
        }
        table = table
            .get_mut(name)
            .and_then(Item::as_table_mut)
            .map(|table| table as &mut dyn TableLike)
            .ok_or_else(|| {
                Trouble::new(
                    format!("has '{name}' in another form than as tables with a heading"),
                    format!("write it as [{name}.NAME], and run this again"),
                )
            })?;
    }
    Ok((table, held))
}

fn find<'a>(top: &'a mut Table, path: &[String]) -> Option<&'a mut dyn TableLike> {
    let mut table: &mut dyn TableLike = top;
    for name in path {
        table = table.get_mut(name)?.as_table_like_mut()?;
    }
    Some(table)
}

fn split(path: &[String]) -> Result<(&str, &[String]), Trouble> {
    let (name, above) = path
        .split_last()
        .ok_or_else(|| Trouble::new("has no place for this", ""))?;
    Ok((name, above))
}

/// What a table says, apart from its form.
fn read(item: &Item) -> Value {
    let list = |values: &Array| {
        values
            .iter()
            .map(|value| read(&Item::Value(value.clone())))
            .collect()
    };
    match item {
        Item::Value(toml_edit::Value::String(text)) => text.value().as_str().into(),
        Item::Value(toml_edit::Value::Integer(number)) => (*number.value()).into(),
        Item::Value(toml_edit::Value::Float(number)) => (*number.value()).into(),
        Item::Value(toml_edit::Value::Boolean(yes)) => (*yes.value()).into(),
        Item::Value(toml_edit::Value::Datetime(time)) => time.value().to_string().into(),
        Item::Value(toml_edit::Value::Array(values)) => Value::Array(list(values)),
        Item::ArrayOfTables(tables) => tables
            .iter()
            .map(|table| read(&Item::Table(table.clone())))
            .collect(),
        Item::None => Value::Null,
        table => {
            let fields = table.as_table_like().into_iter().flat_map(TableLike::iter);
            Value::Object(
                fields
                    .map(|(name, field)| (name.to_owned(), read(field)))
                    .collect(),
            )
        }
    }
}

/// A table that says this.
fn written(fields: &Value) -> Table {
    let mut table = Table::new();
    for (name, field) in fields.as_object().into_iter().flatten() {
        table.insert(name, item(field));
    }
    table
}

fn item(field: &Value) -> Item {
    match field {
        Value::String(text) => value(text),
        Value::Bool(yes) => value(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => value(whole),
            None => value(number.as_f64().unwrap_or_default()),
        },
        Value::Array(items) => {
            let items = items
                .iter()
                .filter_map(|inner| item(inner).into_value().ok());
            value(items.collect::<Array>())
        }
        Value::Object(_) => Item::Table(written(field)),
        Value::Null => Item::None,
    }
}
