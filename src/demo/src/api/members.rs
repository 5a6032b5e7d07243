//! The people of an account and who is invited.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Caller};
use crate::app::Hikari;
use crate::error::ApiError;
use crate::people::{self, Invitation, Role};
use crate::random;

pub(super) async fn list(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let mut records = state.records();
    let office = records.office(&caller.account.id)?;
    Ok(Json(json!({
        "people": office.people,
        "invitations": office.invitations,
        "seats": office.account.seats,
    })))
}

/// Whom to ask, and what they may do.
#[derive(Deserialize)]
pub(super) struct Invite {
    email: String,
    role: Role,
}

pub(super) async fn invite(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Body(body): Body<Invite>,
) -> Result<Response, ApiError> {
    caller.person.role.may_manage()?;
    let email = people::email("email", &body.email)?;
    let invitation = Invitation {
        id: random::text(6)?,
        email,
        role: body.role,
    };
    state
        .records()
        .office(&caller.account.id)?
        .invite(invitation.clone())?;
    Ok((StatusCode::CREATED, Json(invitation)).into_response())
}

pub(super) async fn withdraw(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    caller.person.role.may_manage()?;
    let mut records = state.records();
    let office = records.office(&caller.account.id)?;
    let before = office.invitations.len();
    office.invitations.retain(|invitation| invitation.id != id);
    if office.invitations.len() == before {
        return Err(ApiError::NotFound("invitation"));
    }
    Ok(StatusCode::NO_CONTENT)
}
