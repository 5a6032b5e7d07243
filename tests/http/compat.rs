//! What other vendors' clients send, in every form they send it, and the exact answer each gets. The real packages are
//! run by the suite `peers`.

mod judged;
mod people;
mod shapes;

use anyhow::Result;
use axum::http::Request;
use banso_tests::house::{Answer, House, ORIGIN, SERVER_KEY};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The header that names a key as Segment's clients do.
fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}

/// Posts as a vendor's server does, with the key where Segment's clients put it.
async fn server(house: &House, path: &str, body: &Value) -> Result<Answer> {
    let request = Request::post(path).header("authorization", basic(SERVER_KEY));
    house.send(request.body(body.to_string().into())?).await
}

/// Posts as a page of the allowed origin does.
async fn page(house: &House, path: &str, key: &str, body: &Value) -> Result<Answer> {
    let request = Request::post(path)
        .header("authorization", basic(key))
        .header("origin", ORIGIN);
    house.send(request.body(body.to_string().into())?).await
}
