//! Signing in, browsers, passwords: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};

operations! { LIST Login
    /// Sign in with user name and password; sets a cookie for 24 hours. Five failures in five minutes lock the account to where they came from.
    Login "login" {
        Command Needs::Nothing, Post "/api/login" => 200,
        LoginInput => LoggedIn,
        example r#"{"username": "ana", "password": "correct horse battery"}"#
    }
    /// Sign this browser out.
    Logout "logout" {
        Command Needs::Credential, Post "/api/logout" => 200,
        NoInput => Done,
        example "{}"
    }
    /// Make a link that signs the caller into a browser, once, within ten minutes.
    LoginLinkCreate "login.link" {
        Command Needs::Credential, Post "/api/login/links" => 201,
        NoInput => LoginLink,
        example "{}"
    }
    /// List the browsers the caller is signed in with.
    BrowserList "browser.list" {
        Query Needs::Credential, Get "/api/browsers" => 200,
        NoInput => List<Browser>,
        example "{}"
    }
    /// Sign one of the caller's browsers out.
    BrowserEnd "browser.end" {
        Command Needs::Credential, Delete "/api/browsers/{browser}" => 200,
        BrowserRefInput => Done,
        example r#"{"browser": "$browser"}"#
    }
    /// Change the caller's own password. Signs it out everywhere else.
    PasswordChange "password.change" {
        Command Needs::Credential, Put "/api/me/password" => 200,
        PasswordChangeInput => Done,
        example r#"{"current": "correct horse battery", "new": "battery horse correct"}"#
    }
}
