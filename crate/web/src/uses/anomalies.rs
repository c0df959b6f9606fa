//! Queries of `inkling_uses::anomalies`.
