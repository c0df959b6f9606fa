//! Anomalies: how likely an image is under the model, and how well that tells digits from the rest.
