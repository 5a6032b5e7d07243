//! The collector among faults: networks, power cuts, full disks and wrong clocks.

mod conservation;
mod erasure;
