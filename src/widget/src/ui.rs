//! What is drawn: a scene in, intents out.

mod card;
mod checklist;
mod hub;
mod icon;
mod press;
mod stage;
mod tag;
mod text;
mod theme;

use std::rc::Rc;

use banso_model::wire::Theme;
use press::{Presses, Toggle};
use yew::{Callback, Component, Context, Html, Properties};

use crate::layer::{Layer, Top};
use crate::scene::{Direction, Intent, Scene};

/// The interface on the page.
pub struct Ui {
    layer: Layer,
    app: yew::AppHandle<App>,
    intents: Callback<Intent>,
    /// What it was dressed by: a new style sheet would have the whole of it laid out again.
    look: (Theme, String, Direction),
}

impl Ui {
    /// Puts the interface on the page; none when the browser is too old for it.
    #[must_use]
    pub fn new(scene: Scene, intents: Callback<Intent>) -> Option<Self> {
        let layer = Layer::new(include_str!("ui/style.css"))?;
        dress(&layer, &scene);
        let look = look(&scene);
        let given = given(&layer, scene, &intents);
        let app = yew::Renderer::<App>::with_root_and_props(layer.mount().clone(), given).render();
        Some(Self {
            layer,
            app,
            intents,
            look,
        })
    }

    /// Draws another scene.
    pub fn show(&mut self, scene: Scene) {
        let look = look(&scene);
        if look != self.look {
            dress(&self.layer, &scene);
            self.look = look;
        }
        self.app.update(given(&self.layer, scene, &self.intents));
    }

    /// Takes the interface off the page.
    pub fn remove(self) {
        self.app.destroy();
        self.layer.remove();
    }
}

fn given(layer: &Layer, scene: Scene, intents: &Callback<Intent>) -> Given {
    Given {
        scene,
        intents: intents.clone(),
        top: Shared(Rc::clone(layer.top())),
    }
}

fn look(scene: &Scene) -> (Theme, String, Direction) {
    (scene.theme.clone(), scene.locale.clone(), scene.direction)
}

fn dress(layer: &Layer, scene: &Scene) {
    layer.set_theme(&theme::css(&scene.theme));
    layer.set_language(
        &scene.locale,
        scene.direction == Direction::Rtl,
        theme::scheme(&scene.theme),
    );
}

/// The top layer, which is equal to itself alone.
struct Shared(Rc<Top>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What the interface is given.
#[derive(PartialEq, Properties)]
struct Given {
    scene: Scene,
    intents: Callback<Intent>,
    top: Shared,
}

/// All of the interface: one component, since each costs bytes and the parts share everything.
struct App {
    card: card::Card,
    hub: hub::Hub,
}

impl Component for App {
    type Message = Toggle;
    type Properties = Given;

    fn create(_: &Context<Self>) -> Self {
        Self {
            card: card::Card::default(),
            hub: hub::Hub::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, toggle: Toggle) -> bool {
        self.hub.toggle(ctx.props(), toggle);
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Given) -> bool {
        // What goes is taken leave of while its elements are still there.
        if ctx.props().scene.tour.is_none() {
            self.card.leave(&old.top.0);
        }
        if ctx.props().scene.hub.is_none() {
            self.hub.leave(&old.top.0);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let presses = Presses {
            intents: ctx.props().intents.clone(),
            app: ctx.link().clone(),
        };
        let hub = self.hub.view(ctx.props(), &presses);
        tag::together(vec![hub, self.card.view(ctx.props(), &presses)])
    }

    fn rendered(&mut self, ctx: &Context<Self>, _: bool) {
        self.hub.rendered(ctx.props());
        self.card.rendered(ctx.props());
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        self.card.leave(&ctx.props().top.0);
        self.hub.leave(&ctx.props().top.0);
    }
}
