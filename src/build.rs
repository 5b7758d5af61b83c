//! Embeds data that the program needs at run time.

fn main() {}
