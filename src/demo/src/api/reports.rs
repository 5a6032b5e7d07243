//! Making, reading, changing, sharing and exporting reports.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Caller, today};
use crate::app::Hikari;
use crate::error::{ApiError, Fault};
use crate::people;
use crate::random;
use crate::reports::{self, Draft, Report};
use crate::series::{self, Period, Source};

/// With how many people a report may be shared.
const SHARES: usize = 50;

pub(super) async fn list(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let mut records = state.records();
    Ok(Json(
        json!({ "reports": records.office(&caller.account.id)?.reports }),
    ))
}

pub(super) async fn create(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Body(draft): Body<Draft>,
) -> Result<Response, ApiError> {
    caller.person.role.may_edit()?;
    let report = draft.create(random::text(6)?, &caller.person.name, Timestamp::now())?;
    state
        .records()
        .office(&caller.account.id)?
        .keep(report.clone())?;
    Ok((StatusCode::CREATED, Json(report)).into_response())
}

pub(super) async fn show(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let report = find(&state, &caller, &id)?;
    let points = series::points(&caller.account.id, report.source, report.period, today());
    Ok(Json(json!({ "report": report, "points": points })))
}

pub(super) async fn change(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(draft): Body<Draft>,
) -> Result<Json<Report>, ApiError> {
    caller.person.role.may_edit()?;
    let mut records = state.records();
    let report = records.office(&caller.account.id)?.report(&id)?;
    draft.change(report, Timestamp::now())?;
    Ok(Json(report.clone()))
}

pub(super) async fn remove(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.person.role.may_edit()?;
    let mut records = state.records();
    let office = records.office(&caller.account.id)?;
    office.report(&id)?;
    office.reports.retain(|report| report.id != id);
    Ok(StatusCode::NO_CONTENT)
}

/// The numbers of a report as a file.
pub(super) async fn export(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let report = find(&state, &caller, &id)?;
    let points = series::points(&caller.account.id, report.source, report.period, today());
    let file = reports::csv(report.source, &points)?;
    let name = format!("attachment; filename=\"hikari-{}.csv\"", report.id);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

/// What a preview shows.
#[derive(Deserialize)]
pub(super) struct Preview {
    source: Source,
    period: Period,
}

/// The points that a report with this source and period would have.
pub(super) async fn preview(caller: Caller, Query(preview): Query<Preview>) -> Json<Value> {
    let points = series::points(&caller.account.id, preview.source, preview.period, today());
    Json(json!({ "points": points }))
}

/// Whom to share with.
#[derive(Deserialize)]
pub(super) struct Share {
    email: String,
}

pub(super) async fn share(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Share>,
) -> Result<Json<Report>, ApiError> {
    caller.person.role.may_edit()?;
    let email = people::email("email", &body.email)?;
    let mut records = state.records();
    let report = records.office(&caller.account.id)?.report(&id)?;
    if report.shared_with.contains(&email) {
        return Err(ApiError::Invalid {
            field: "email",
            fault: Fault::Taken,
        });
    }
    if report.shared_with.len() >= SHARES {
        return Err(ApiError::Full {
            what: "people on this report",
            limit: SHARES,
        });
    }
    report.shared_with.push(email);
    Ok(Json(report.clone()))
}

fn find(state: &Hikari, caller: &Caller, id: &str) -> Result<Report, ApiError> {
    state
        .records()
        .office(&caller.account.id)?
        .report(id)
        .map(|report| report.clone())
}
