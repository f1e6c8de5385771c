//! `alert.list`

use std::cmp::Reverse;

use mesh_model::events::AlertKind;

use crate::prelude::*;

impl Run for AlertList {
    async fn run(door: &Door, call: &Call, input: AlertListInput) -> Result<Alerts, Refusal> {
        let (me, work) = (call.me()?, door.node().work());
        let alerts = work.alerts();
        let routes = if input.mine {
            door.alert_routes(me).await?
        } else {
            AlertRoutes::default()
        };
        let ended = alerts.ended().filter(|_| input.ended);
        let mut items: Vec<Alert> = (alerts.all_open().chain(ended))
            .filter(|found| input.kind.is_none_or(|kind| kind == found.cause.kind()))
            .filter(|found| input.severity.is_none_or(|least| found.severity >= least))
            .filter(|found| super::sees(&call.access, me, found))
            .map(|found| super::describe(call, &work, me, found))
            .filter(|alert| !input.mine || alert.yours && routes.inbox.takes(alert.severity))
            .collect();
        items.sort_by_key(|alert| {
            (
                alert.ended.is_some(),
                Reverse(alert.severity),
                Reverse(alert.alert),
            )
        });
        let rules = AlertKind::ALL.into_iter().map(|kind| AlertRuleView {
            kind,
            rule: alerts.rule(kind),
        });
        Ok(Alerts {
            items,
            rules: rules.collect(),
        })
    }
}
