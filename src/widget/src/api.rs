//! What the host may call: `banso(name, …)`, read into one type. See `www/banso.d.ts` for what each call means.

use banso_model::time::Timestamp;
use banso_model::value::Values;
use wasm_bindgen::JsValue;

use crate::browser;
use crate::identity::{Naming, with_id};
use crate::json;

/// One call of the host's.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// Who is here.
    Identify(Naming),
    /// Something happened.
    Track(String, Values),
    /// A page was opened that the address does not show.
    Page(Option<String>),
    /// Start a guide.
    Show(String),
    /// Take a guide away, or whatever is shown.
    Hide(Option<String>),
    /// Open or close the hub.
    Hub(bool),
    /// Whether things may be stored and recorded.
    Consent(bool),
    /// The user's locale.
    Locale(String),
    /// Deliver now.
    Flush,
    /// Nobody is here any more.
    Reset,
    /// Trap on purpose; only with `data-debug`.
    Trap,
}

impl Call {
    /// Whether it is recorded, and nothing else.
    pub const fn is_record(&self) -> bool {
        matches!(self, Self::Track(..) | Self::Page(_))
    }

    /// Whether it says who is here.
    pub const fn is_naming(&self) -> bool {
        matches!(self, Self::Identify(_) | Self::Locale(_) | Self::Reset)
    }
}

/// When and where something was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// The time.
    pub at: Timestamp,
    /// The path of the page; empty when it is this one.
    pub page: String,
}

impl When {
    /// Reads it; without any, it is now.
    pub fn read(at: f64, page: &JsValue) -> Self {
        Self {
            at: if at.is_nan() {
                browser::now()
            } else {
                Timestamp(at as i64)
            },
            page: page.as_string().unwrap_or_default(),
        }
    }
}

/// Reads a call.
///
/// # Errors
/// One line for the host's engineer, when it is none.
pub fn read(name: &JsValue, first: &JsValue, second: &JsValue) -> Result<Call, &'static str> {
    let text = |value: &JsValue| value.as_string().filter(|text| !text.is_empty());
    match name.as_string().unwrap_or_default().as_str() {
        "identify" => identify(first),
        "track" => {
            let name =
                text(first).ok_or("track needs a name: banso('track', 'report_exported')")?;
            if name.chars().count() > banso_model::wire::limits::NAME {
                return Err("track needs a name of at most 200 characters");
            }
            Ok(Call::Track(name, values(second)))
        }
        "page" => Ok(Call::Page(text(first))),
        "show" => text(first).map(Call::Show).ok_or("show needs a guide's id"),
        "hide" => Ok(Call::Hide(text(first))),
        "hub" => match text(first).as_deref() {
            Some("open") => Ok(Call::Hub(true)),
            Some("close") => Ok(Call::Hub(false)),
            _ => Err("hub needs 'open' or 'close'"),
        },
        "consent" => match text(first).as_deref() {
            Some("granted") => Ok(Call::Consent(true)),
            Some("denied") => Ok(Call::Consent(false)),
            _ => Err("consent needs 'granted' or 'denied'"),
        },
        "locale" => text(first)
            .map(Call::Locale)
            .ok_or("locale needs a tag such as 'ja-JP'"),
        "flush" => Ok(Call::Flush),
        "reset" => Ok(Call::Reset),
        "debug" if text(first).as_deref() == Some("trap") => Ok(Call::Trap),
        _ => Err("there is no such call: see banso.d.ts"),
    }
}

fn identify(given: &JsValue) -> Result<Call, &'static str> {
    let person = |name: &str, wrong: &'static str| {
        let value = browser::property(given, name);
        if value.is_null() || value.is_undefined() {
            return Ok(None);
        }
        with_id(values(&value)).map(Some).ok_or(wrong)
    };
    if !given.is_object() {
        return Err("identify needs an object: banso('identify', { user: { id: 'u1' } })");
    }
    Ok(Call::Identify(Naming {
        user: person("user", "identify needs user.id")?,
        account: person("account", "identify needs account.id")?,
        token: browser::property(given, "token").as_string(),
    }))
}

/// The values of an object; none when it is none or holds what is no JSON, a function for example.
fn values(given: &JsValue) -> Values {
    if !given.is_object() {
        return Values::new();
    }
    // By way of JSON, which leaves functions out, turns dates into text and stops at circles.
    let text = js_sys::JSON::stringify(given)
        .ok()
        .and_then(|text| text.as_string());
    text.and_then(|text| json::read(&text)).unwrap_or_default()
}
