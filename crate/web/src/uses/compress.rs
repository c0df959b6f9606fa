//! Queries of `inkling_uses::compress`.
