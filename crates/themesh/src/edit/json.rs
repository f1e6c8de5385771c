//! Values in JSON files that people edit too: comments, blanks, order and everything else stay as they are.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};
use serde_json::Value;

use super::{Replaced, Trouble};

/// What a file of somebody else's may hold besides JSON.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The text with the value at the path.
pub fn put(text: &str, path: &[String], value: &Value) -> Result<(String, Replaced), Trouble> {
    let tree = Tree::open(text)?;
    let (name, above) = split(path)?;
    let (object, mut held) = tree.make(above)?;
    let mut replaced = None;
    match only(&object, name)? {
        Some(there) => {
            held += 1;
            let old = there.value().and_then(|value| value.to_serde_value());
            if old.as_ref() != Some(value) {
                there.set_value(input(value));
            }
            replaced = old;
        }
        None => drop(object.append(name, input(value))),
    }
    let same = replaced.as_ref() == Some(value);
    let after = if same { text.to_owned() } else { tree.close() };
    Ok((after, Replaced { held, replaced }))
}

/// The text with the value as an item of the list at the path.
pub fn put_item(text: &str, path: &[String], value: &Value) -> Result<(String, Replaced), Trouble> {
    let tree = Tree::open(text)?;
    let (name, above) = split(path)?;
    let (object, mut held) = tree.make(above)?;
    let list = match only(&object, name)? {
        Some(there) => {
            held += 1;
            there.array_value().ok_or_else(|| other(name, "a list"))?
        }
        None => object.array_value_or_set(name),
    };
    if item(&list, value).is_some() {
        let replaced = Some(value.clone());
        return Ok((text.to_owned(), Replaced { held, replaced }));
    }
    list.append(input(value));
    let replaced = None;
    Ok((tree.close(), Replaced { held, replaced }))
}

/// The text without the value, or with what it replaced.
pub fn take(text: &str, path: &[String], found: &Replaced) -> Result<String, Trouble> {
    let tree = Tree::open(text)?;
    let (name, above) = split(path)?;
    let Some(there) = tree.find(above)?.and_then(|object| object.get(name)) else {
        return Ok(text.to_owned());
    };
    match &found.replaced {
        Some(old) => there.set_value(input(old)),
        None => {
            there.remove();
            tree.prune(above, found.held)?;
        }
    }
    Ok(tree.close())
}

/// The text without the item.
pub fn take_item(
    text: &str,
    path: &[String],
    value: &Value,
    found: &Replaced,
) -> Result<String, Trouble> {
    let tree = Tree::open(text)?;
    let (name, above) = split(path)?;
    let there = tree.find(above)?.and_then(|object| object.get(name));
    let Some(list) = there.and_then(|there| there.array_value()) else {
        return Ok(text.to_owned());
    };
    let Some(item) = item(&list, value).filter(|_| found.replaced.is_none()) else {
        return Ok(text.to_owned());
    };
    item.remove();
    tree.prune(path, found.held)?;
    Ok(tree.close())
}

/// A file between reading and writing it.
struct Tree {
    root: CstRootNode,
    /// A mark that some editors put before the first character.
    mark: &'static str,
}

impl Tree {
    fn open(text: &str) -> Result<Tree, Trouble> {
        let (mark, body) = match text.strip_prefix('\u{feff}') {
            Some(body) => ("\u{feff}", body),
            None => ("", text),
        };
        // A file that a program made and has not written to yet.
        let body = if body.trim().is_empty() { "{}\n" } else { body };
        let root = CstRootNode::parse(body, &OPTIONS).map_err(|why| {
            Trouble::new(
                format!("is not JSON, or only a part of it: {why}"),
                "mend it, or wait until the program that writes it has finished, and run this again",
            )
        })?;
        Ok(Tree { root, mark })
    }

    fn close(&self) -> String {
        format!("{}{}", self.mark, self.root)
    }

    fn top(&self) -> Result<CstObject, Trouble> {
        self.root
            .object_value()
            .ok_or_else(|| Trouble::new("holds no JSON object", "move it away, and run this again"))
    }

    /// The object at a path, made where it is missing, and how many keys of the path were there.
    fn make(&self, path: &[String]) -> Result<(CstObject, usize), Trouble> {
        let (mut object, mut held) = (self.top()?, 0);
        for name in path {
            object = match only(&object, name)? {
                Some(there) => {
                    held += 1;
                    there
                        .object_value()
                        .ok_or_else(|| other(name, "an object"))?
                }
                None => object.object_value_or_set(name),
            };
        }
        Ok((object, held))
    }

    fn find(&self, path: &[String]) -> Result<Option<CstObject>, Trouble> {
        let mut object = self.top()?;
        for name in path {
            match object.get(name).and_then(|there| there.object_value()) {
                Some(inner) => object = inner,
                None => return Ok(None),
            }
        }
        Ok(Some(object))
    }

    /// Takes out what stands empty at the end of a path, down to the keys that were there before us.
    fn prune(&self, path: &[String], held: usize) -> Result<(), Trouble> {
        for length in (held + 1..=path.len()).rev() {
            let (name, above) = split(&path[..length])?;
            let Some(there) = self.find(above)?.and_then(|object| object.get(name)) else {
                return Ok(());
            };
            let children = match there.value() {
                Some(CstNode::Container(inner)) => inner.children(),
                _ => return Ok(()),
            };
            let blank =
                |child: &CstNode| child.is_whitespace() || child.is_newline() || child.is_token();
            if !children.iter().all(blank) {
                return Ok(());
            }
            there.remove();
        }
        Ok(())
    }
}

/// The property of this name. Of two, programs read one or the other.
fn only(
    object: &CstObject,
    name: &str,
) -> Result<Option<jsonc_parser::cst::CstObjectProp>, Trouble> {
    let named = |property: &jsonc_parser::cst::CstObjectProp| {
        property.decoded_name().as_deref() == Some(name)
    };
    let mut found = object.properties().into_iter().filter(named);
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        _ => Err(Trouble::new(
            format!("has '{name}' twice in one place"),
            "take out the one that is not meant, and run this again",
        )),
    }
}

fn split(path: &[String]) -> Result<(&str, &[String]), Trouble> {
    let (name, above) = path
        .split_last()
        .ok_or_else(|| Trouble::new("has no place for this", ""))?;
    Ok((name, above))
}

fn other(name: &str, wanted: &str) -> Trouble {
    Trouble::new(
        format!("has something else than {wanted} in '{name}'"),
        "mend it, or take it out, and run this again",
    )
}

/// The item that is this one, or was before somebody edited it: it starts the same commands.
fn item(list: &CstArray, value: &Value) -> Option<CstNode> {
    let (mut same, mut edited) = (None, None);
    for element in list.elements() {
        match element.to_serde_value() {
            Some(there) if there == *value => same = same.or(Some(element)),
            Some(there) if !commands(value).is_empty() && commands(&there) == commands(value) => {
                edited = edited.or(Some(element));
            }
            _ => {}
        }
    }
    same.or(edited)
}

fn commands(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(commands).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| match field {
                Value::String(text) if name == "command" || name == "bash" => vec![text.as_str()],
                _ => commands(field),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(yes) => CstInputValue::Bool(*yes),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(fields) => CstInputValue::Object(
            fields
                .iter()
                .map(|(name, field)| (name.clone(), input(field)))
                .collect(),
        ),
    }
}
