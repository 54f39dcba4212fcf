//! The rules, tried on working sets made by hand.
