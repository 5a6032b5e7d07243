//! The whole server, called without a socket.

use std::path::Path;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::admin::{Answer, Question, Silence};
use crate::identity::Signer;
use crate::settings::Csp;

fn settings() -> Settings {
    Settings {
        root: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/demo"),
        collector: "http://localhost:8788".parse().expect("an address"),
        csp: Csp::Strict,
        signer: Some(Signer::new("1", b"0123456789abcdef0123456789abcdef").expect("long enough")),
    }
}

fn server() -> Router {
    with(settings(), None)
}

fn with(settings: Settings, admin: Option<Box<dyn AdminApi>>) -> Router {
    app(Hikari::new(settings, admin, Timestamp::now()).expect("the seeds fit"))
}

/// One call. `cookie` is a session, empty for nobody; an empty body is none.
async fn call(
    app: &Router,
    cookie: &str,
    method: Method,
    path: &str,
    body: &str,
) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:8787")
        .header(header::COOKIE, cookie);
    let request = if body.is_empty() {
        request.body(Body::empty())
    } else {
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
    };
    let request = request.expect("a good request");
    app.clone().oneshot(request).await.into_response()
}

async fn text(response: Response<Body>) -> String {
    let bytes = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    String::from_utf8(bytes.to_vec()).expect("text")
}

async fn json_of(response: Response<Body>) -> Value {
    let text = text(response).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn header_of<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().expect("ascii"))
}

async fn sign_in(app: &Router, person: &str) -> String {
    let body = json!({ "person": person }).to_string();
    let response = call(app, "", Method::POST, "/api/session", &body).await;
    assert_eq!(response.status(), StatusCode::OK, "{person}");
    let cookie = header_of(&response, "set-cookie");
    cookie.split(';').next().expect("a cookie").to_owned()
}

#[tokio::test]
async fn every_page_has_its_own_nonce_and_the_snippet() {
    let app = server();
    let mut nonces = std::collections::BTreeSet::new();
    for (path, status) in [
        ("/", 200),
        ("/", 200),
        ("/login", 200),
        ("/reports", 200),
        ("/reports/new", 200),
        ("/reports/acme-1", 200),
        ("/settings/team", 200),
        ("/docs", 200),
        ("/nowhere", 404),
        ("/banso/banso.json", 404),
    ] {
        let response = call(&app, "", Method::GET, path, "").await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(header_of(&response, "cache-control"), "no-store", "{path}");
        let policy = header_of(&response, "content-security-policy").to_owned();
        let nonce = between(&policy, "'nonce-", "'").to_owned();
        assert!(nonce.len() >= 22, "{path}: {policy}");
        assert!(policy.contains("script-src 'nonce-"), "{policy}");
        assert!(
            policy.contains("'strict-dynamic' 'wasm-unsafe-eval'"),
            "{policy}"
        );
        assert!(
            policy.contains("connect-src 'self' http://localhost:8788;"),
            "{policy}"
        );
        assert!(
            policy.contains("require-trusted-types-for 'script'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        let html = text(response).await;
        assert!(html.contains(&format!("<script nonce=\"{nonce}\" async src=\"http://localhost:8788/banso.js\" data-key=\"wk_demo\">")), "{html}");
        assert_eq!(
            html.matches("<script").count(),
            html.matches(&format!("nonce=\"{nonce}\"")).count(),
            "{html}"
        );
        assert!(!html.contains("{{") && !html.contains(" style="), "{html}");
        assert!(nonces.insert(nonce), "a nonce came twice");
    }
}

#[tokio::test]
async fn without_the_policy_there_is_none() {
    let app = with(
        Settings {
            csp: Csp::Off,
            ..settings()
        },
        None,
    );
    let response = call(&app, "", Method::GET, "/", "").await;
    assert_eq!(header_of(&response, "content-security-policy"), "");
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split_once(end).map_or("", |(found, _)| found)
}

#[tokio::test]
async fn calls_and_what_they_answer() {
    use Method as M;
    let app = server();
    let maya = sign_in(&app, "u1").await;
    let daniel = sign_in(&app, "u2").await;
    let priya = sign_in(&app, "u3").await;
    let misaki = sign_in(&app, "u4").await;
    let nobody = String::new();
    let draft =
        r#"{"name":" Weekly ","source":"sales","chart":"bar","period":"30d","schedule":"none"}"#;
    let unnamed = draft.replace(" Weekly ", " ");
    let strange = draft.replace("sales", "weather");
    let mei = r#"{"email":"mei@example.com"}"#;
    let invite = r#"{"email":"mei@example.com","role":"editor"}"#;
    let member = r#"{"email":"u2@acme.example.com","role":"editor"}"#;
    // (who, method, path, body, status, what must stand in the answer); they follow each other.
    #[rustfmt::skip]
    let cases: &[(&str, Method, &str, &str, u16, &str)] = &[
        (&nobody, M::GET, "/healthz", "", 200, "ok"),
        (&nobody, M::GET, "/assets/js/app.js", "", 200, "Hikari"),
        (&nobody, M::GET, "/assets/../index.html", "", 404, ""),
        (&nobody, M::GET, "/api/nothing", "", 404, "not_found"),
        (&nobody, M::POST, "/reports", "", 404, "not_found"),
        (&nobody, M::GET, "/api/session", "", 200, "\"person\":null"),
        (&maya, M::GET, "/api/session", "", 200, "Maya Okafor"),
        (&nobody, M::POST, "/api/session", r#"{"person":"u99"}"#, 404, "not_found"),
        (&nobody, M::POST, "/api/session", "{", 400, "body"),
        (&nobody, M::GET, "/api/people", "", 200, "佐藤 美咲"),
        (&nobody, M::GET, "/api/reports", "", 401, "signed_out"),
        (&nobody, M::GET, "/api/banso-token", "", 401, "signed_out"),
        (&maya, M::GET, "/api/dashboard", "", 200, "\"figures\""),
        (&maya, M::GET, "/api/reports", "", 200, "Weekly sales"),
        (&maya, M::GET, "/api/reports/acme-1", "", 200, "\"points\""),
        (&misaki, M::GET, "/api/reports/acme-1", "", 404, "not_found"),
        (&misaki, M::DELETE, "/api/reports/acme-1", "", 404, "not_found"),
        (&maya, M::GET, "/api/series?source=orders&period=12m", "", 200, "\"value\""),
        (&maya, M::POST, "/api/reports", draft, 201, "\"name\":\"Weekly\""),
        (&maya, M::POST, "/api/reports", &unnamed, 422, "\"reason\":\"empty\""),
        (&maya, M::POST, "/api/reports", &strange, 400, "weather"),
        (&priya, M::POST, "/api/reports", draft, 403, "role"),
        (&daniel, M::PUT, "/api/reports/acme-1", draft, 200, "\"name\":\"Weekly\""),
        (&priya, M::GET, "/api/reports/acme-1/export.csv", "", 200, "date,sales\n"),
        (&misaki, M::GET, "/api/reports/acme-1/export.csv", "", 404, "not_found"),
        (&daniel, M::POST, "/api/reports/acme-1/shares", mei, 200, "mei@example.com"),
        (&daniel, M::POST, "/api/reports/acme-1/shares", mei, 422, "\"reason\":\"taken\""),
        (&priya, M::POST, "/api/reports/acme-1/shares", mei, 403, "role"),
        (&daniel, M::DELETE, "/api/reports/acme-2", "", 204, ""),
        (&daniel, M::GET, "/api/reports/acme-2", "", 404, "not_found"),
        (&maya, M::GET, "/api/team", "", 200, "\"seats\":20"),
        (&maya, M::POST, "/api/team/invitations", invite, 201, "mei@example.com"),
        (&maya, M::POST, "/api/team/invitations", invite, 422, "\"reason\":\"taken\""),
        (&maya, M::POST, "/api/team/invitations", member, 422, "\"reason\":\"taken\""),
        (&daniel, M::POST, "/api/team/invitations", invite, 403, "role"),
        (&maya, M::DELETE, "/api/team/invitations/i1", "", 204, ""),
        (&maya, M::DELETE, "/api/team/invitations/i1", "", 404, "not_found"),
        (&priya, M::PUT, "/api/profile", r#"{"locale":"ja"}"#, 200, "\"locale\":\"ja\""),
        (&priya, M::PUT, "/api/profile", r#"{"email":"x"}"#, 422, "\"reason\":\"mail\""),
        (&priya, M::DELETE, "/api/session", "", 204, ""),
        (&priya, M::GET, "/api/reports", "", 401, "signed_out"),
    ];
    for (who, method, path, body, status, expected) in cases {
        let response = call(&app, who, method.clone(), path, body).await;
        let got = response.status();
        let answer = text(response).await;
        assert_eq!(got, *status, "{method} {path} {body}: {answer}");
        assert!(
            answer.contains(expected),
            "{method} {path} {body}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_newcomer_gets_an_account_of_their_own() {
    let app = server();
    let body = r#"{"name":"Ada","company":"Engines","role":"editor","locale":"en"}"#;
    let mut accounts = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let response = call(&app, "", Method::POST, "/api/accounts", body).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let cookie = header_of(&response, "set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().expect("a cookie");
        let account = json_of(response).await["account"]["id"].to_string();
        assert!(accounts.insert(account), "an id came twice");
        let reports = json_of(call(&app, cookie, Method::GET, "/api/reports", "").await).await;
        assert_eq!(reports, json!({ "reports": [] }));
    }
}

#[tokio::test]
async fn the_token_says_who_is_signed_in() {
    let app = server();
    let cookie = sign_in(&app, "u4").await;
    let before = Timestamp::now().as_second();
    let answer = json_of(call(&app, &cookie, Method::GET, "/api/banso-token", "").await).await;
    let token = answer["token"].as_str().expect("a token");
    let part = |index: usize| -> Value {
        let part = token.split('.').nth(index).expect("a part");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("json")
    };
    assert_eq!(part(0), json!({"alg": "HS256", "typ": "JWT", "kid": "1"}));
    let claims = part(1);
    let expires = claims["exp"].as_i64().expect("a time");
    assert!(
        (before + 3_600..before + 3_660).contains(&expires),
        "{claims}"
    );
    assert_eq!(answer["expires"], claims["exp"]);
    assert_eq!(claims["aud"], "hikari");
    assert_eq!(claims["sub"], "u4");
    assert_eq!(claims["account"], "sakura");
    let traits = json!({
        "user": {"role": "admin", "name": "佐藤 美咲", "locale": "ja"},
        "account": {"plan": "enterprise", "seats": 120, "name": "さくら商事"},
    });
    assert_eq!(claims["traits"], traits);

    let unsigned = with(
        Settings {
            signer: None,
            ..settings()
        },
        None,
    );
    let cookie = sign_in(&unsigned, "u4").await;
    let response = call(&unsigned, &cookie, Method::GET, "/api/banso-token", "").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(json_of(response).await["error"]["code"], "no_tokens");
}

/// A collector that always says the same and remembers what it was asked.
#[derive(Debug)]
struct Parrot {
    says: Result<Answer, Silence>,
    asked: Arc<Mutex<Vec<Question>>>,
}

impl AdminApi for Parrot {
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<Answer, Silence>> {
        self.asked.lock().expect("not poisoned").push(question);
        let says = self.says.clone();
        async move { says }.boxed()
    }
}

fn parrot(says: Result<Answer, Silence>) -> (Router, Arc<Mutex<Vec<Question>>>) {
    let asked = Arc::<Mutex<Vec<Question>>>::default();
    let parrot = Parrot {
        says,
        asked: asked.clone(),
    };
    (with(settings(), Some(Box::new(parrot))), asked)
}

#[tokio::test]
async fn the_team_sees_what_the_collector_says_or_why_it_says_nothing() {
    let says = |status, body: &str| {
        Ok(Answer {
            status,
            retry_after: Some(7),
            body: body.as_bytes().to_vec(),
        })
    };
    let error = r#"{"error":{"code":"queue_full","message":"the queue is full"}}"#;
    let unreachable = Err(Silence::Unreachable("connection refused".to_owned()));
    for (says, status, expected) in [
        (
            says(200, r#"{"accounts":[],"next":null}"#),
            200,
            r#"{"accounts":[],"next":null}"#,
        ),
        (says(200, r#"{"score":null}"#), 200, r#"{"score":null}"#),
        (says(200, "<html>"), 502, "collector_unreadable"),
        (says(301, ""), 502, "answered 301"),
        (says(400, error), 400, "the queue is full"),
        (says(401, error), 502, "collector_refused"),
        (says(403, ""), 502, "BANSO_ADMIN_TOKEN"),
        (says(404, error), 404, "unknown_account"),
        (says(429, ""), 503, "\"retry_after\":7"),
        (says(500, error), 502, "the queue is full"),
        (says(503, error), 503, "collector_busy"),
        (unreachable, 502, "connection refused"),
        (Err(Silence::Late), 504, "collector_late"),
    ] {
        let (app, _) = parrot(says.clone());
        let response = call(&app, "", Method::GET, "/team/api/accounts", "").await;
        assert_eq!(response.status(), status, "{says:?}");
        assert_eq!(
            header_of(&response, "cache-control"),
            "no-store",
            "{says:?}"
        );
        let answer = text(response).await;
        assert!(answer.contains(expected), "{says:?}: {answer}");
    }
}

#[tokio::test]
async fn questions_reach_the_collector_as_they_were_meant() {
    let says = Ok(Answer {
        status: 200,
        retry_after: None,
        body: b"{}".to_vec(),
    });
    for (path, question) in [
        ("/team/api/accounts", Question::Accounts(None)),
        (
            "/team/api/accounts?q=a%26b&limit=5",
            Question::Accounts(Some("q=a%26b&limit=5".to_owned())),
        ),
        (
            "/team/api/accounts/acme",
            Question::Account("acme".to_owned()),
        ),
        (
            "/team/api/accounts/a%2Fb%20c/health",
            Question::Health("a/b c".to_owned()),
        ),
    ] {
        let (app, asked) = parrot(says.clone());
        let response = call(&app, "", Method::GET, path, "").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(*asked.lock().expect("not poisoned"), [question], "{path}");
    }
}

#[tokio::test]
async fn the_team_page_is_for_this_machine_and_has_no_widget() {
    let says = Ok(Answer {
        status: 200,
        retry_after: None,
        body: b"{}".to_vec(),
    });
    let (app, asked) = parrot(says);
    let response = call(&app, "", Method::GET, "/team", "").await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = header_of(&response, "content-security-policy").to_owned();
    assert!(policy.contains("connect-src 'self';"), "{policy}");
    let html = text(response).await;
    assert!(
        html.contains("Customers") && !html.contains("banso.js"),
        "{html}"
    );

    for (host, status) in [
        ("127.0.0.1:8787", 200),
        ("[::1]:8787", 200),
        ("localhost", 200),
        ("hikari.example.com:8787", 403),
        ("localhost.example.com", 403),
        ("127.0.0.1.example.com", 403),
    ] {
        for path in [
            "/team",
            "/team/api/names",
            "/team/api/accounts",
            "/team/api/accounts/x/health",
        ] {
            let request = Request::get(path)
                .header(header::HOST, host)
                .body(Body::empty());
            let response = app.clone().oneshot(request.expect("a good request")).await;
            assert_eq!(response.into_response().status(), status, "{host} {path}");
        }
    }
    assert_eq!(asked.lock().expect("not poisoned").len(), 6);

    let response = call(&server(), "", Method::GET, "/team", "").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let response = call(&server(), "", Method::GET, "/team/api/accounts", "").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}
