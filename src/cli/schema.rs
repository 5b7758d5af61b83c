//! `schema`: the JSON Schemas of what is written for machines.

use super::args::SchemaOf;
use super::{Status, Streams};
use crate::report;

pub(super) fn run(of: SchemaOf, streams: &mut Streams<'_>) -> anyhow::Result<Status> {
    let schema = match of {
        SchemaOf::Report => report::schema(),
    };
    let text = serde_json::to_string_pretty(&schema)?;
    writeln!(streams.stdout, "{text}")?;
    Ok(Status::Done)
}
