//! Banso as its users meet it: in a real browser, on the demo product.

mod harness;
