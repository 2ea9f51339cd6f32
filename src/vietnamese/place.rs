//! Provinces after 1 July 2025 with their predecessors.
