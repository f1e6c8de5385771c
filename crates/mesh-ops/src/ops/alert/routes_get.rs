//! `alert.routes`

use crate::prelude::*;

impl Run for AlertRoutesGet {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<AlertRoutes, Refusal> {
        door.alert_routes(call.me()?).await
    }
}
