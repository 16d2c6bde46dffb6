//! Tests of proposals.
