//! The shape of a digit's ink: its slant, its skeleton, the width of its strokes.
