//! The end: what is told when the engine breaks.

use std::cell::RefCell;

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Reason;

#[wasm_bindgen(typescript_custom_section)]
const ON_FATAL_TYPE: &str = r#"
/** Told once, at most, that this instance is dead. */
export type OnFatal = (
  code: 'panic' | 'device', message: string, reason: Reason, detail: string,
) => void;
"#;

thread_local! {
    static ON_FATAL: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Has panics and lost devices told to `on_fatal`.
pub(crate) fn install(on_fatal: Function) {
    ON_FATAL.with_borrow_mut(|slot| *slot = Some(on_fatal));
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line()));
        let detail = format!("{message}{}", place.unwrap_or_default());
        fatal("panic", "the engine broke", Reason::Panic, &detail);
    }));
}

/// The device is gone.
#[cfg(feature = "webgpu")]
pub(crate) fn device_lost(detail: &str) {
    fatal("device", "the graphics device was lost", Reason::DeviceLost, detail);
}

fn fatal(code: &str, what: &str, reason: Reason, detail: &str) {
    // Only the first cause is told: what follows from it would hide it. A panic may come while the
    // slot is in use.
    let on_fatal = ON_FATAL.with(|slot| slot.try_borrow_mut().ok().and_then(|mut f| f.take()));
    if let Some(on_fatal) = on_fatal {
        let message = format!("{what}: {detail}");
        let arguments = Array::of4(&code.into(), &message.into(), &reason.into(), &detail.into());
        // There is nobody to tell if telling fails.
        let _ = on_fatal.apply(&JsValue::NULL, &arguments);
    }
}
