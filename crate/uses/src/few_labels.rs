//! Few labels: classifiers on codes and on pixels, with a handful of labels a class.
