//! One visit of one portal.
