//! The report: items with their verdicts, totals, coverage, diagnostics. JSON and Markdown.

#![deny(clippy::wildcard_enum_match_arm)]
