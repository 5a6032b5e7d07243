//! Pure numbers: measures, curves, scorecards and their explanation.
