//! Queries of `inkling_uses::denoise`.
