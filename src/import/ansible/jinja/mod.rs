//! The evaluator of Jinja2 over minijinja's syntax tree.
