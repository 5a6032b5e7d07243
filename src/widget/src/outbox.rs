//! Where events wait on the device: one IndexedDB store of records, keyed by event id, so that they come back in the
//! order they were recorded in.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction};

use crate::api::{Call, When};
use crate::browser::{self, Later, either, joined};
use crate::json;
use crate::loader;
use crate::queue::{MOST_EVENTS, Record};
use crate::runtime::{self, Message};

#[wasm_bindgen]
extern "C" {
    type Relaxed;
    // As web-sys has it only among what is unstable.
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Relaxed,
        store: &str,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;

    type Changed;
    // Deprecated there for its signature.
    #[wasm_bindgen(method, catch)]
    fn commit(this: &Changed) -> Result<(), JsValue>;
}

const STORE: &str = "events";

/// The store of this workspace on this device.
#[derive(Clone, Debug)]
pub struct Outbox {
    database: IdbDatabase,
}

/// What is done with records that were read, and whether they are all there are; none when they cannot be.
pub type Done = Box<dyn FnOnce(Option<(Vec<Record>, bool)>)>;

impl Outbox {
    /// Opens the store, and makes it the first time; none when the browser has no IndexedDB or denies it.
    pub fn open(key: &str, done: impl FnOnce(Option<Self>) + Clone + 'static) {
        if asked_to_open(key, done.clone()).is_err() {
            done(None);
        }
    }

    /// Reads the oldest records.
    pub fn read(&self, done: Done) {
        let asked = self.all();
        let Ok(request) = asked else {
            return done(None);
        };
        answer(
            &request,
            Box::new(|all| done(all.map(|all| records(&all.unchecked_into())))),
        );
    }

    fn all(&self) -> Result<IdbRequest, JsValue> {
        self.database
            .transaction_with_str(STORE)?
            .object_store(STORE)?
            .get_all_with_key_and_limit(&JsValue::UNDEFINED, MOST_EVENTS as u32)
    }

    /// Writes records, in one transaction that does not wait for the disk: the process may end right after, the machine
    /// may not.
    pub fn write(&self, records: &[Record]) {
        self.change(|store| {
            for record in records {
                let text = JsValue::from_str(&json::write(record));
                store.put_with_key(&text, &JsValue::from_str(&record.id))?;
            }
            Ok(())
        });
    }

    /// Removes records.
    pub fn remove(&self, ids: &[String]) {
        self.change(|store| {
            for id in ids {
                store.delete(&JsValue::from_str(id))?;
            }
            Ok(())
        });
    }

    /// Ends it, so that it can be deleted.
    pub fn close(&self) {
        self.database.close();
    }

    /// Makes a change, and says so when it fails.
    fn change(&self, act: impl FnOnce(&IdbObjectStore) -> Result<(), JsValue>) {
        let failed = || runtime::post(Message::Unwritten);
        let changed = self.transaction().and_then(|transaction| {
            let failed = Closure::once_into_js(failed);
            transaction.set_onabort(Some(failed.unchecked_ref()));
            act(&transaction.object_store(STORE)?)?;
            // A page that goes is kept by WebKit with what it has not committed, which then blocks every other page.
            transaction.unchecked_ref::<Changed>().commit()
        });
        if changed.is_err() {
            failed();
        }
    }

    fn transaction(&self) -> Result<IdbTransaction, JsValue> {
        let relaxed = browser::object("durability", &"relaxed".into());
        self.database
            .unchecked_ref::<Relaxed>()
            .transaction(STORE, "readwrite", &relaxed)
    }
}

fn asked_to_open(key: &str, done: impl FnOnce(Option<Outbox>) + 'static) -> Result<(), JsValue> {
    let factory = browser::window()
        .ok_or(JsValue::UNDEFINED)?
        .indexed_db()?
        .ok_or(JsValue::UNDEFINED)?;
    let request = factory.open_with_u32(&name(key), 1)?;
    let made = request.clone();
    let upgrade = Closure::once_into_js(move || {
        let store = made.result().and_then(|result| {
            result
                .unchecked_into::<IdbDatabase>()
                .create_object_store(STORE)
        });
        if store.is_err() {
            loader::problem("the outbox could not be made");
        }
    });
    request.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    answer(
        &request,
        Box::new(|opened| done(opened.map(|database| kept(database.unchecked_into())))),
    );
    Ok(())
}

/// An open store, which ends with the widget, and when somebody wants to delete it: another tab was told that there is
/// no consent, which is said for this one too.
fn kept(database: IdbDatabase) -> Outbox {
    let open = database.clone();
    let close = Closure::once_into_js(move |event: JsValue| {
        open.close();
        if browser::property(&event, "newVersion").is_null() {
            runtime::post(Message::Call(Call::Consent(false), When::default()));
        }
    });
    database.set_onversionchange(Some(close.unchecked_ref()));
    if let Some(loader) = loader::loader() {
        loader.own(&database);
    }
    Outbox { database }
}

fn records(all: &Array) -> (Vec<Record>, bool) {
    let records = all
        .iter()
        .filter_map(|text| json::read(&text.as_string()?))
        .collect();
    (records, all.length() < MOST_EVENTS as u32)
}

/// Deletes the store of a workspace.
pub fn delete(key: &str) {
    let factory = browser::window().and_then(|window| window.indexed_db().ok()?);
    if let Some(Err(_)) = factory.map(|factory| factory.delete_database(&name(key))) {
        loader::problem("the outbox could not be deleted");
    }
}

fn name(key: &str) -> String {
    joined(&["banso:", key])
}

/// Does something with the result of a request once it has one.
fn answer(request: &IdbRequest, done: Later) {
    let asked = request.clone();
    let (success, error) = either(Box::new(move |came| {
        done(came.and_then(|_| asked.result().ok()));
    }));
    request.set_onsuccess(Some(success.unchecked_ref()));
    request.set_onerror(Some(error.unchecked_ref()));
}
