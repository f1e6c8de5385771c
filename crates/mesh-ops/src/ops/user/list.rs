//! `user.list`

use crate::ops::present;
use crate::prelude::*;

impl Run for UserList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<User>, Refusal> {
        let users: Vec<_> = call.access.users().cloned().collect();
        let ids: Vec<_> = users.iter().map(|user| user.id).collect();
        let now = call.now;
        let browsers = door
            .vault(move |vault| {
                ids.iter()
                    .map(|id| Ok(vault.browsers(*id, now)?.len()))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let items = users.iter().zip(browsers).filter_map(|(user, browsers)| {
            Some(User {
                participant: present::participant(&call.access, user.id),
                role: user.user?,
                disabled: user.disabled.is_some(),
                browsers: u32::try_from(browsers).unwrap_or(u32::MAX),
            })
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
