//! Images that are no digits: letters, scribbles, simple shapes.
