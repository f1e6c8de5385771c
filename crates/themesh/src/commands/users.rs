//! Users who sign in with a password.

use mesh_model::api::{NoInput, UserCreateInput, UserRefInput, UserUpdateInput};
use mesh_model::ops::{UserCreate, UserDisable, UserList, UserUpdate};

use crate::cli::User;
use crate::commands::{parse, printed_json, text_or_stdin};
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, table};

const ROLES: &str = "roles: admin, user, viewer";

/// `mesh user …`
pub fn user(context: &Context, verb: User) -> Outcome<()> {
    let change = |user: String| UserUpdateInput {
        user,
        role: None,
        password: None,
        disabled: None,
    };
    match verb {
        User::Create { username, role } => {
            let role = parse(&role, ROLES)?;
            let password = text_or_stdin(&[])?;
            let input = UserCreateInput {
                username,
                password,
                role,
                display_name: String::new(),
            };
            let made = context.http()?.call::<UserCreate>(input)?;
            if !printed_json(context, &made)? {
                line(&format!("@{} can sign in", made.handle));
            }
            Ok(())
        }
        User::List => list(context),
        User::Password { username } => {
            let password = Some(text_or_stdin(&[])?);
            update(
                context,
                UserUpdateInput {
                    password,
                    ..change(username)
                },
                "password reset; signed out everywhere",
            )
        }
        User::Role { username, role } => {
            let role = Some(parse(&role, ROLES)?);
            update(
                context,
                UserUpdateInput {
                    role,
                    ..change(username)
                },
                "role changed",
            )
        }
        User::Disable { username } => {
            let done = context
                .http()?
                .call::<UserDisable>(UserRefInput { user: username })?;
            if !printed_json(context, &done)? {
                line("disabled; what was said stays");
            }
            Ok(())
        }
        User::Enable { username } => update(
            context,
            UserUpdateInput {
                disabled: Some(false),
                ..change(username)
            },
            "enabled",
        ),
    }
}

fn update(context: &Context, input: UserUpdateInput, done: &str) -> Outcome<()> {
    let answer = context.http()?.call::<UserUpdate>(input)?;
    if !printed_json(context, &answer)? {
        line(done);
    }
    Ok(())
}

fn list(context: &Context) -> Outcome<()> {
    let users = context.http()?.call::<UserList>(NoInput {})?;
    if printed_json(context, &users)? {
        return Ok(());
    }
    if users.items.is_empty() {
        line(
            "No users yet; the owner signs in by the link that `mesh up` prints. Add one: mesh user create NAME",
        );
        return Ok(());
    }
    let rows: Vec<_> = users
        .items
        .iter()
        .map(|user| {
            let state = if user.disabled { "disabled" } else { "active" };
            vec![
                format!("@{}", user.participant.handle),
                user.role.name().to_owned(),
                state.to_owned(),
            ]
        })
        .collect();
    table(&["user", "role", "state"], &rows);
    Ok(())
}
