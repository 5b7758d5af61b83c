//! `etc`: /etc of a machine. The kinds of its files are read here for all importers.

pub(crate) mod kinds;
