//! Errors on their way to JavaScript: `Error` objects with a `code`; and the end, when the engine breaks.

use std::cell::RefCell;

use js_sys::{Error as JsError, Function, Reflect};
use wasm_bindgen::JsValue;

thread_local! {
    static ON_FATAL: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// A JavaScript `Error` with the message and, as `code`, what kind it is.
pub(crate) fn error(code: &str, message: &str) -> JsValue {
    let error = JsError::new(message);
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

/// The library's error in JavaScript's form.
pub(crate) fn from(e: inkling::Error) -> JsValue {
    error(e.code(), &e.to_string())
}

/// Has panics and lost devices told to `on_fatal`.
pub(crate) fn install(on_fatal: Function) {
    ON_FATAL.with_borrow_mut(|slot| *slot = Some(on_fatal));
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line()));
        fatal("panic", &format!("the engine broke: {message}{}", place.unwrap_or_default()));
    }));
}

/// The device is gone.
#[cfg(feature = "webgpu")]
pub(crate) fn device_lost(reason: &str) {
    fatal("device", &format!("the graphics device was lost: {reason}"));
}

fn fatal(code: &str, message: &str) {
    // Only the first cause is told: what follows from it would hide it. A panic may come while the slot is in use.
    let on_fatal = ON_FATAL.with(|slot| slot.try_borrow_mut().ok().and_then(|mut f| f.take()));
    if let Some(on_fatal) = on_fatal {
        // There is nobody to tell if telling fails.
        let _ = on_fatal.call2(&JsValue::NULL, &code.into(), &message.into());
    }
}
