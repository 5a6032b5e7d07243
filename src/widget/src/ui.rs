//! What is drawn: a scene in, intents out.

mod card;
mod checklist;
mod hub;
mod icon;
mod stage;
mod text;
mod theme;

use std::rc::Rc;

use yew::prelude::*;

use crate::layer::{Layer, Top};
use crate::scene::{Direction, Intent, Scene};

/// The interface on the page.
pub struct Ui {
    layer: Layer,
    app: yew::AppHandle<App>,
    intents: Callback<Intent>,
}

impl Ui {
    /// Puts the interface on the page; none when the browser is too old for it.
    #[must_use]
    pub fn new(scene: Scene, intents: Callback<Intent>) -> Option<Self> {
        let layer = Layer::new(include_str!("ui/style.css"))?;
        dress(&layer, &scene);
        let props = AppProps {
            scene,
            intents: intents.clone(),
            top: Shared(Rc::clone(layer.top())),
        };
        let app = yew::Renderer::<App>::with_root_and_props(layer.mount().clone(), props).render();
        Some(Self {
            layer,
            app,
            intents,
        })
    }

    /// Draws another scene.
    pub fn show(&mut self, scene: Scene) {
        dress(&self.layer, &scene);
        self.app.update(AppProps {
            scene,
            intents: self.intents.clone(),
            top: Shared(Rc::clone(self.layer.top())),
        });
    }

    /// Takes the interface off the page.
    pub fn remove(self) {
        self.app.destroy();
        self.layer.remove();
    }
}

fn dress(layer: &Layer, scene: &Scene) {
    layer.set_theme(&theme::css(&scene.theme));
    layer.set_language(
        &scene.locale,
        scene.direction == Direction::Rtl,
        theme::scheme(&scene.theme),
    );
}

/// Something shared that is equal to itself alone.
pub(crate) struct Shared<T>(pub Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct AppProps {
    scene: Scene,
    intents: Callback<Intent>,
    top: Shared<Top>,
}

struct App;

impl Component for App {
    type Message = ();
    type Properties = AppProps;

    fn create(_: &Context<Self>) -> Self {
        Self
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let AppProps {
            scene,
            intents,
            top,
        } = ctx.props();
        let hub = scene.hub.as_ref().map(|hub| {
            html! {
                <hub::Hub
                    hub={hub.clone()}
                    words={Rc::clone(&scene.words)}
                    variables={Rc::clone(&scene.variables)}
                    intents={intents.clone()}
                    top={top.clone()}
                />
            }
        });
        let tour = scene.tour.as_ref().map(|tour| {
            html! {
                <card::Card
                    tour={tour.clone()}
                    words={Rc::clone(&scene.words)}
                    variables={Rc::clone(&scene.variables)}
                    direction={scene.direction}
                    intents={intents.clone()}
                    top={top.clone()}
                />
            }
        });
        html! { <>{ hub }{ tour }</> }
    }
}
