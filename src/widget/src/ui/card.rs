//! The card of a tour's step.

use std::rc::Rc;

use banso_model::guide::{Backdrop, Content, Esc, Interact, Step, StepKind};
use banso_model::words::Words;
use web_sys::HtmlElement;
use yew::prelude::*;

use super::stage::{Parts, Stage};
use super::text::{self, Variables};
use super::{Shared, icon};
use crate::layer::Top;
use crate::scene::{Direction, Intent, TourScene};

#[derive(Clone, PartialEq, Properties)]
pub struct CardProps {
    pub tour: TourScene,
    pub words: Rc<Words>,
    pub variables: Rc<Variables>,
    pub direction: Direction,
    pub intents: Callback<Intent>,
    pub top: Shared<Top>,
}

/// The step of a tour: its card, what dims the page, and what is announced.
#[derive(Default)]
pub struct Card {
    parts: PartRefs,
    /// The stage of the step that is shown, and which one that is.
    stage: Option<(Key, Stage)>,
    /// What had the focus before the tour took it.
    before: Option<HtmlElement>,
    announced: Option<Key>,
}

#[derive(Default)]
struct PartRefs {
    card: NodeRef,
    arrow: NodeRef,
    veil: NodeRef,
    hole: NodeRef,
    shield: NodeRef,
}

/// A step as it was entered: the same step entered again is another.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    guide: String,
    step: usize,
    run: u32,
}

/// The step that a scene shows.
pub fn step(tour: &TourScene) -> Option<&Step> {
    match &tour.guide.content {
        Content::Tour(steps) => steps.get(tour.step),
        Content::Checklist(_) => None,
    }
}

fn key(tour: &TourScene) -> Key {
    Key {
        guide: tour.guide.id.clone(),
        step: tour.step,
        run: tour.run,
    }
}

impl Component for Card {
    type Message = ();
    type Properties = CardProps;

    fn create(_: &Context<Self>) -> Self {
        Self {
            before: crate::layer::active(),
            ..Self::default()
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let CardProps {
            tour,
            words,
            variables,
            ..
        } = ctx.props();
        let Some(step) = step(tour) else {
            return Html::default();
        };
        let parts = &self.parts;
        let modal = step.kind == StepKind::Modal;
        let backdrop = match (step.backdrop, modal) {
            (Backdrop::None, false) => "none",
            (Backdrop::Spotlight, false) => "spotlight",
            _ => "dim",
        };
        let guards = modal || step.interact != Interact::Allow;
        let close = act(ctx, banso_model::guide::Action::Close);
        let labelled = (!step.title.is_empty()).then_some("title");
        html! {
            <>
                <div ref={&parts.veil} class="veil" popover="manual" data-backdrop={backdrop}>
                    <div ref={&parts.hole} class="hole" />
                    if guards {
                        <div ref={&parts.shield} class="shield" />
                    }
                </div>
                <section
                    ref={&parts.card}
                    class="card"
                    popover="manual"
                    tabindex="-1"
                    role="dialog"
                    aria-modal={modal.then_some("true")}
                    aria-labelledby={labelled.unwrap_or("body")}
                    aria-describedby={labelled.map(|_| "body")}
                    data-kind={if modal { "modal" } else { "tooltip" }}
                    data-banso-guide={tour.guide.id.clone()}
                    data-banso-step={step.id.clone()}
                >
                    <div ref={&parts.arrow} class="arrow" />
                    <div class="inner" data-scrolls="">
                        <button class="close" type="button" data-banso-action="close" aria-label={words.close.clone()} onclick={close}>
                            { icon::close() }
                        </button>
                        if !step.title.is_empty() {
                            <h2 id="title">{ text::inlines(&step.title, variables) }</h2>
                        }
                        <div id="body" class="text">{ text::blocks(&step.body, variables) }</div>
                        { footer(ctx, step) }
                    </div>
                </section>
                <div class="unseen" role="status" aria-live="polite">{ self.announcement(ctx, step) }</div>
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        let key = key(&ctx.props().tour);
        if let Some((shown, stage)) = &self.stage
            && *shown == key
        {
            stage.redrawn();
            return;
        }
        // The old stage ends before the new one begins.
        self.stage = None;
        let Some(parts) = self.parts.get() else {
            return;
        };
        self.stage = Stage::new(ctx.props(), parts).map(|stage| (key, stage));
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &Self::Properties) -> bool {
        if self.announced.as_ref() != Some(&key(&ctx.props().tour)) {
            self.announced = None;
        }
        true
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        let had_focus = self.parts.get().is_some_and(|parts| parts.has_focus());
        if let Some((_, stage)) = self.stage.take() {
            stage.end();
        }
        if let Some(parts) = self.parts.get() {
            ctx.props().top.0.hide(&parts.card);
            ctx.props().top.0.hide(&parts.veil);
        }
        if had_focus {
            crate::layer::restore(self.before.take());
        }
    }
}

impl Card {
    /// What a screen reader is told of a step, once it is there.
    fn announcement(&self, ctx: &Context<Self>, step: &Step) -> String {
        let CardProps {
            tour,
            words,
            variables,
            ..
        } = ctx.props();
        if step.kind == StepKind::Wait || tour.paused {
            return String::new();
        }
        let mut said = String::new();
        if tour.of > 1 {
            said = text::counted(&words.step, tour.number, tour.of);
            said.push_str(". ");
        }
        said.push_str(&text::plain(&step.title, variables));
        said
    }
}

impl PartRefs {
    fn get(&self) -> Option<Parts> {
        Some(Parts {
            card: self.card.cast()?,
            arrow: self.arrow.cast()?,
            veil: self.veil.cast()?,
            hole: self.hole.cast()?,
            shield: self.shield.cast(),
        })
    }
}

/// The number of the step and its buttons.
fn footer(ctx: &Context<Card>, step: &Step) -> Html {
    let CardProps {
        tour,
        words,
        variables,
        ..
    } = ctx.props();
    if tour.of < 2 && tour.buttons.is_empty() {
        return Html::default();
    }
    let buttons = tour.buttons.iter().enumerate().map(|(at, button)| {
        let CardProps { intents, .. } = ctx.props();
        let (intents, guide, step) = (intents.clone(), tour.guide.id.clone(), step.id.clone());
        let acts = button.act.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            for action in acts.clone() {
                intents.emit(Intent::Act {
                    guide: guide.clone(),
                    step: step.clone(),
                    action,
                });
            }
        });
        let action = button.act.first().map(|action| action.as_str());
        html! {
            <button key={at} type="button" class={if button.primary { "button primary" } else { "button" }} data-banso-action={action} {onclick}>
                { text::inlines(&button.label, variables) }
            </button>
        }
    });
    html! {
        <footer>
            if tour.of > 1 {
                <span class="count" aria-label={text::counted(&words.step, tour.number, tour.of)}>
                    { tour.number }{ " / " }{ tour.of }
                </span>
            }
            <span class="buttons">{ for buttons }</span>
        </footer>
    }
}

fn act(ctx: &Context<Card>, action: banso_model::guide::Action) -> Callback<MouseEvent> {
    let CardProps { tour, intents, .. } = ctx.props();
    let (intents, guide) = (intents.clone(), tour.guide.id.clone());
    let step = step(tour).map(|step| step.id.clone()).unwrap_or_default();
    Callback::from(move |_| {
        intents.emit(Intent::Act {
            guide: guide.clone(),
            step: step.clone(),
            action: action.clone(),
        });
    })
}

/// Whether Escape does anything at a step.
pub fn listens_to_escape(step: &Step) -> bool {
    step.esc != Esc::None
}
