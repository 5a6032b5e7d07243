//! Where events wait on the device: one IndexedDB store of records, keyed by event id, so that they come back in the
//! order they were recorded in.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction};

use crate::browser::{self, joined};
use crate::json;
use crate::loader;
use crate::queue::{MOST_EVENTS, Record};

#[wasm_bindgen]
extern "C" {
    type Relaxed;
    // As web-sys has it only among what is unstable.
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Relaxed,
        store: &str,
        mode: &str,
        options: &js_sys::Object,
    ) -> Result<IdbTransaction, JsValue>;
}

const STORE: &str = "events";

/// The store of this workspace on this device.
#[derive(Clone, Debug)]
pub struct Outbox {
    database: IdbDatabase,
}

impl Outbox {
    /// Opens the store, and makes it the first time.
    ///
    /// # Errors
    /// What the browser says, when it has no IndexedDB or denies it.
    pub async fn open(key: &str) -> Result<Self, JsValue> {
        let factory = browser::window()
            .ok_or(JsValue::UNDEFINED)?
            .indexed_db()?
            .ok_or(JsValue::UNDEFINED)?;
        let request = factory.open_with_u32(&name(key), 1)?;
        let database = |request: &JsValue| request.clone().dyn_into::<IdbDatabase>();
        let made = request.clone();
        let upgrade = Closure::once(move || {
            let store = made
                .result()
                .and_then(|result| database(&result)?.create_object_store(STORE));
            if store.is_err() {
                loader::problem("the outbox could not be made");
            }
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened = answer(&request).await?;
        let database: IdbDatabase = opened.dyn_into()?;
        // Whoever wants to delete it need not wait for this page.
        let open = database.clone();
        let close = Closure::once_into_js(move || open.close());
        database.set_onversionchange(Some(close.unchecked_ref()));
        if let Some(loader) = loader::loader() {
            loader.own(&database);
        }
        Ok(Self { database })
    }

    /// The oldest records, and whether they are all there are.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn read(&self) -> Result<(Vec<Record>, bool), JsValue> {
        let transaction = self.database.transaction_with_str(STORE)?;
        let store = transaction.object_store(STORE)?;
        let most = MOST_EVENTS as u32;
        let all = answer(&store.get_all_with_key_and_limit(&JsValue::UNDEFINED, most)?).await?;
        let all: Array = all.dyn_into()?;
        let records: Vec<Record> = all
            .iter()
            .filter_map(|text| json::read(&text.as_string()?))
            .collect();
        Ok((records, all.length() < most))
    }

    /// Writes records, in one transaction that does not wait for the disk: the process may end right after, the machine
    /// may not.
    ///
    /// # Errors
    /// What the browser says, a full disk for example.
    pub fn write(&self, records: &[Record]) -> Result<Promise, JsValue> {
        self.change(|store| {
            for record in records {
                let text = JsValue::from_str(&json::write(record));
                store.put_with_key(&text, &JsValue::from_str(&record.id))?;
            }
            Ok(())
        })
    }

    /// Removes records.
    ///
    /// # Errors
    /// What the browser says.
    pub fn remove(&self, ids: &[String]) -> Result<Promise, JsValue> {
        self.change(|store| {
            for id in ids {
                store.delete(&JsValue::from_str(id))?;
            }
            Ok(())
        })
    }

    /// Ends it, so that it can be deleted.
    pub fn close(&self) {
        self.database.close();
    }

    fn change(
        &self,
        act: impl FnOnce(&IdbObjectStore) -> Result<(), JsValue>,
    ) -> Result<Promise, JsValue> {
        let relaxed = js_sys::Object::new();
        Reflect::set(&relaxed, &"durability".into(), &"relaxed".into())?;
        let transaction =
            self.database
                .unchecked_ref::<Relaxed>()
                .transaction(STORE, "readwrite", &relaxed)?;
        act(&transaction.object_store(STORE)?)?;
        Ok(finished(&transaction))
    }
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

/// The result of a request once it has one.
async fn answer(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let done = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(done).await?;
    request.result()
}

/// Resolves when a transaction is complete, rejects when it is not.
fn finished(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onerror(Some(&reject));
        transaction.set_onabort(Some(&reject));
    })
}
