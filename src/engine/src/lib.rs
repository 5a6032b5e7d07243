//! Pure decisions: reduce a condition, choose a guide, advance a tour, place a card, place an account in the journey.
