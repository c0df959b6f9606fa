//! Queries of `inkling_uses::hand`.
