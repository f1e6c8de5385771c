//! The table that says which permission each operation needs, for people.

use std::fmt::Write;

use mesh_model::Permission;
use mesh_model::ops::{self, Declaration, Needs};

use crate::door::subscribe;

/// The table as a page: what needs which of the permissions, and what needs none.
pub fn permission_table() -> String {
    let mut page = String::from(
        "# Operations and permissions\n\n\
         What a credential needs for each operation. A permission limits the credential; what its holder may do in a room\n\
         is decided by the room's rules besides: `room.explain` says so for anybody and anything.\n",
    );
    let groups = Permission::ALL.into_iter().map(Needs::Permission);
    for needs in [Needs::Nothing, Needs::Credential, Needs::Owner]
        .into_iter()
        .chain(groups)
    {
        let found: Vec<&Declaration> = ops::all().filter(|one| one.needs == needs).collect();
        // Writing into a string cannot fail.
        let _ = write!(page, "\n## {}\n\n", heading(needs));
        let subscribing = needs == subscribe::NEEDS;
        if found.is_empty() && !subscribing {
            page.push_str("No operation needs it yet.\n");
            continue;
        }
        page.push_str("| Operation | Address | What it does |\n|---|---|---|\n");
        for one in found {
            let doc = one.doc.replace('|', "\\|");
            let (name, method, path) = (one.name, one.method.name(), one.path);
            let _ = writeln!(page, "| `{name}` | `{method} {path}` | {doc} |");
        }
        if subscribing {
            let name = subscribe::NAME;
            let _ = writeln!(
                page,
                "| `{name}` | `GET /api/stream`, `GET /ws` | Is sent events as they happen |"
            );
        }
    }
    page
}

fn heading(needs: Needs) -> String {
    match needs {
        Needs::Nothing => "Nothing".to_owned(),
        Needs::Credential => "Any credential".to_owned(),
        Needs::Owner => "The owner of the mesh".to_owned(),
        Needs::Permission(permission) => format!("`{permission}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_in_it_once() {
        let page = permission_table();
        for one in ops::all() {
            assert_eq!(
                page.matches(&format!("| `{}` |", one.name)).count(),
                1,
                "{}",
                one.name
            );
        }
        for permission in Permission::ALL {
            assert!(page.contains(&format!("## `{permission}`\n")));
        }
    }
}
