//! The first page: four figures, their charts, and what changed last.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::{Caller, today};
use crate::app::Hikari;
use crate::error::ApiError;
use crate::series::{self, Period, Source};

/// How many reports "recent" is.
const RECENT: usize = 5;

pub(super) async fn show(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let account = caller.account.id.as_str();
    let today = today();
    let figures: Vec<Value> = [
        Source::Sales,
        Source::Orders,
        Source::Visits,
        Source::Tickets,
    ]
    .into_iter()
    .map(|source| {
        json!({
            "source": source,
            "total": series::total(account, source, today, 30),
            "before": series::total(account, source, today - 30.days(), 30),
        })
    })
    .collect();
    let mut records = state.records();
    let mut reports = records.office(account)?.reports.clone();
    reports.sort_by_key(|report| std::cmp::Reverse(report.updated_at));
    reports.truncate(RECENT);
    Ok(Json(json!({
        "figures": figures,
        "sales": series::points(account, Source::Sales, Period::Month, today),
        "visits": series::points(account, Source::Visits, Period::Quarter, today),
        "recent": reports,
    })))
}
