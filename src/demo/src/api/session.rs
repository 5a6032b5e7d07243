//! Signing in, signing up, the profile, and the token that proves both to Banso.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, COOKIE, Caller, session_of};
use crate::app::Hikari;
use crate::error::ApiError;
use crate::identity::Token;
use crate::people::{self, Account, Locale, Person, Plan, Role};
use crate::random;
use crate::records::{Office, Records};

/// How many of the newest accounts the sign-in page offers beside the seeded ones.
const NEWEST: usize = 6;
/// How many seats a new account has.
const TRIAL_SEATS: u32 = 10;
/// How long a browser keeps a session, in seconds.
const SESSION_AGE: u32 = 30 * 24 * 3_600;

/// Who is signed in, or nobody: a page asks this first, so it is no error.
pub(super) async fn show(caller: Result<Caller, ApiError>) -> Json<Value> {
    Json(match caller {
        Ok(Caller { person, account }) => json!({ "person": person, "account": account }),
        Err(_) => json!({ "person": null, "account": null }),
    })
}

/// The people one can sign in as: those of the seeded accounts, then of the newest.
pub(super) async fn people(State(state): State<Arc<Hikari>>) -> Json<Value> {
    let records = state.records();
    let (seeded, signed_up): (Vec<_>, Vec<_>) = records
        .offices()
        .partition(|office| !office.account.id.starts_with(SIGNED_UP));
    let newest = signed_up.iter().rev().take(NEWEST);
    let people: Vec<Value> = seeded
        .iter()
        .chain(newest)
        .flat_map(|office| {
            office.people.iter().map(|person| {
                json!({
                    "id": person.id,
                    "name": person.name,
                    "role": person.role,
                    "locale": person.locale,
                    "account": office.account.name,
                    "plan": office.account.plan,
                })
            })
        })
        .collect();
    Json(json!({ "people": people }))
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    person: String,
}

pub(super) async fn sign_in(
    State(state): State<Arc<Hikari>>,
    Body(body): Body<SignIn>,
) -> Result<Response, ApiError> {
    start_session(&mut state.records(), &body.person, StatusCode::OK)
}

/// What a newcomer types.
#[derive(Deserialize)]
pub(super) struct SignUp {
    name: String,
    company: String,
    role: Role,
    locale: Locale,
}

/// Ids of accounts that were signed up begin with this.
const SIGNED_UP: &str = "acct_";

pub(super) async fn sign_up(
    State(state): State<Arc<Hikari>>,
    Body(body): Body<SignUp>,
) -> Result<Response, ApiError> {
    // The ids are random and not counted: Banso remembers people longer than this server does.
    let account = Account {
        id: format!("{SIGNED_UP}{}", random::text(9)?),
        name: people::line("company", &body.company, 60)?,
        plan: Plan::Trial,
        seats: TRIAL_SEATS,
    };
    let id = format!("user_{}", random::text(9)?);
    let person = Person {
        email: format!("{}@example.com", id.to_ascii_lowercase()),
        id: id.clone(),
        account: account.id.clone(),
        name: people::line("name", &body.name, 60)?,
        role: body.role,
        locale: body.locale,
        digest: true,
    };
    let office = Office {
        account,
        people: vec![person],
        invitations: Vec::new(),
        reports: Vec::new(),
    };
    let mut records = state.records();
    records.add(office)?;
    start_session(&mut records, &id, StatusCode::CREATED)
}

fn start_session(
    records: &mut Records,
    person: &str,
    status: StatusCode,
) -> Result<Response, ApiError> {
    let session = random::text(24)?;
    records.sign_in(session.clone(), person)?;
    let (person, account) = records.who(&session).ok_or(ApiError::SignedOut)?;
    let body = Json(json!({ "person": person, "account": account }));
    Ok((status, cookie(&session, SESSION_AGE)?, body).into_response())
}

pub(super) async fn sign_out(
    State(state): State<Arc<Hikari>>,
    parts: Parts,
) -> Result<Response, ApiError> {
    if let Some(session) = session_of(&parts) {
        state.records().sign_out(session);
    }
    Ok((StatusCode::NO_CONTENT, cookie("", 0)?).into_response())
}

fn cookie(session: &str, age: u32) -> Result<HeaderMap, ApiError> {
    let cookie = format!("{COOKIE}={session}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax");
    Ok(HeaderMap::from_iter([(
        header::SET_COOKIE,
        HeaderValue::from_str(&cookie)?,
    )]))
}

/// What a person may change about themselves.
#[derive(Deserialize)]
pub(super) struct Profile {
    name: Option<String>,
    email: Option<String>,
    locale: Option<Locale>,
    digest: Option<bool>,
}

pub(super) async fn change_profile(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
    Body(body): Body<Profile>,
) -> Result<Json<Value>, ApiError> {
    let name = body
        .name
        .map(|name| people::line("name", &name, 60))
        .transpose()?;
    let email = body
        .email
        .map(|email| people::email("email", &email))
        .transpose()?;
    let mut records = state.records();
    let office = records.office(&caller.account.id)?;
    let person = office
        .people
        .iter_mut()
        .find(|person| person.id == caller.person.id)
        .ok_or(ApiError::NotFound("person"))?;
    if let Some(name) = name {
        person.name = name;
    }
    if let Some(email) = email {
        person.email = email;
    }
    person.locale = body.locale.unwrap_or(person.locale);
    person.digest = body.digest.unwrap_or(person.digest);
    Ok(Json(
        json!({ "person": *person, "account": caller.account }),
    ))
}

pub(super) async fn banso_token(
    State(state): State<Arc<Hikari>>,
    caller: Caller,
) -> Result<Json<Token>, ApiError> {
    let signer = state.settings.signer.as_ref().ok_or(ApiError::NoTokens)?;
    Ok(Json(signer.sign(
        &caller.person,
        &caller.account,
        Timestamp::now(),
    )?))
}
