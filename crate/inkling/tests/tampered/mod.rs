//! Safetensors files taken apart, changed, and put together again without any check.

use serde_json::Value;

/// The header, and the bytes of the tensors.
pub fn header(bytes: &[u8]) -> (Value, &[u8]) {
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (header, tensors) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (serde_json::from_slice(header).unwrap(), tensors)
}

/// A file of that header, whatever it says.
pub fn file(header: &Value, tensors: &[u8]) -> Vec<u8> {
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), tensors].concat()
}

/// `bytes` with its header changed.
pub fn changed(bytes: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    let (mut header, tensors) = header(bytes);
    change(&mut header);
    file(&header, tensors)
}

/// `bytes` with the JSON in the metadata's entry `key` changed.
pub fn described(bytes: &[u8], key: &str, change: impl Fn(&mut Value)) -> Vec<u8> {
    changed(bytes, |header| {
        let entry = &mut header["__metadata__"][key];
        let mut described = serde_json::from_str(entry.as_str().unwrap()).unwrap();
        change(&mut described);
        *entry = described.to_string().into();
    })
}
