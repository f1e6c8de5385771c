//! Users: people who sign in with a password; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST User
    /// List users.
    UserList "user.list" {
        Query Needs::Permission(AdminUsers), Get "/api/admin/users" => 200,
        NoInput => List<User>,
        example "{}"
    }
    /// Create a user: a human who signs in with a password.
    UserCreate "user.create" {
        Command Needs::Permission(AdminUsers), Post "/api/admin/users" => 201,
        UserCreateInput => UserCreated,
        example r#"{"username": "bea", "password": "correct horse battery", "role": "user"}"#
    }
    /// Change a user's role, reset its password, disable or enable it.
    UserUpdate "user.update" {
        Command Needs::Permission(AdminUsers), Put "/api/admin/users/{user}" => 200,
        UserUpdateInput => Done,
        example r#"{"user": "bea", "role": "viewer"}"#
    }
    /// Disable a user. What it said stays.
    UserDisable "user.disable" {
        Command Needs::Permission(AdminUsers), Delete "/api/admin/users/{user}" => 200,
        UserRefInput => Done,
        example r#"{"user": "bea"}"#
    }
}
