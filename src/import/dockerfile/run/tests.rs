//! What RUN comes to, one script for each row.
