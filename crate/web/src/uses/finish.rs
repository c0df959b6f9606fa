//! Queries of `inkling_uses::finish`.
