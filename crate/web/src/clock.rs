use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds since some moment in the past; 0 where there is no `performance`.
pub(crate) fn now_ms() -> f64 {
    let performance = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("performance"));
    let performance = performance.ok().and_then(|p| p.dyn_into::<web_sys::Performance>().ok());
    performance.map_or(0.0, |performance| performance.now())
}
