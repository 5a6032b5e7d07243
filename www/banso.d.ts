/**
 * Types of `banso`, the one global of Banso's script tag.
 *
 * ```html
 * <script nonce="…" async src="https://guide.example.com/banso.js" data-key="wk_demo"></script>
 * <script nonce="…">window.banso ||= function () { (banso.q ||= []).push(arguments) }</script>
 * ```
 *
 * Calls made before the widget is there are kept and made then, in order; those of a page that is left first are made on
 * the next page of the site. No call ever throws.
 */
declare const banso: Banso.Banso

interface Window {
  banso: Banso.Banso
}

declare namespace Banso {
  interface Banso {
    /** For tag managers that drop `data-` attributes: says which workspace this page belongs to. Once, before all else. */
    (call: 'init', settings: Settings): void
    /**
     * Says who is here. What was recorded before, without a user, becomes theirs; another user starts anew.
     * With a token alone, renews the token.
     */
    (call: 'identify', identity: Identity): void
    /** Records that something happened; features whose `on.track` is this name are used by it. */
    (call: 'track', name: string, props?: Json): void
    /** Records a page that the address does not show. Changes of the address are seen without it. */
    (call: 'page', url?: string): void
    /** Starts a guide, if this user may see it. */
    (call: 'show', guide: string): void
    /** Takes a guide away, or whatever is shown. That is no act of the user's: nothing is recorded. */
    (call: 'hide', guide?: string): void
    /** Opens or closes the hub. */
    (call: 'hub', state: 'open' | 'close'): void
    /** Calls `callback` for every such event from now on, each time in a task of its own. */
    <E extends keyof Events>(call: 'on', event: E, callback: (detail: Events[E]) => void): void
    /** A fresh identity token is wanted: return it, or a promise of it, or call `identify` with it. */
    (call: 'on', event: 'token', callback: (detail: TokenWanted) => string | void | Promise<string | void>): void
    /** An action `{"emit": "…"}` of a guide. */
    (call: 'on', event: string & {}, callback: (detail: GuideEvent) => void): void
    /**
     * Whether things may be stored and recorded on this device, for as long as the page lives: call it on every page.
     * `denied` also forgets what was stored. Without a call they may, unless the browser sends Global Privacy Control.
     */
    (call: 'consent', state: 'granted' | 'denied'): void
    /** The user's locale, a BCP 47 tag. Without it the page's `lang` counts, then the browser's languages. */
    (call: 'locale', tag: string): void
    /** Delivers what was recorded now. */
    (call: 'flush'): void
    /** Nobody is here any more, after a logout: the next to come is somebody else. */
    (call: 'reset'): void
    /** How the widget is. The only call that returns something, and only once `banso.js` is there. */
    (call: 'status'): Status
    /** The loader's build; not there before `banso.js` is. */
    readonly build?: string
    /** Calls that wait for `banso.js`. */
    q?: IArguments[]
  }

  interface Settings {
    /** The workspace's browser key. */
    key: string
    /** Where the collector is, for example `https://guide.example.com`. */
    collector: string
  }

  interface Identity {
    /** The user: an id that never changes, and what conditions and texts may ask about. */
    user?: { id: string | number } & { [trait: string]: Json | undefined }
    /** The user's account (the customer company): an id, and what conditions may ask about. */
    account?: { id: string | number } & { [trait: string]: Json | undefined }
    /** A JWT, signed with HS256 by the host's backend: `aud` the workspace, `sub` the user, `account`, `exp`. */
    token?: string
  }

  interface Events {
    /** A guide was shown for the first time in this run. */
    show: GuideEvent
    /** A tour moved to another step. */
    step: GuideEvent
    /** A guide was finished. */
    done: GuideEvent
    /** The user closed a guide before its end. */
    dismissed: GuideEvent
    /** The user put a guide off. */
    snoozed: GuideEvent
    /** A step's target was not found. */
    missing: GuideEvent
    /** An item of a checklist was completed. */
    item: ItemEvent
    /** A guide opens an address of this site. Whoever listens opens it, with the product's own router for example. */
    open: string
  }

  interface GuideEvent {
    /** The guide's id. */
    guide: string
    /** The step's id. */
    step?: string
  }

  interface ItemEvent {
    /** The checklist's id. */
    guide: string
    /** The item's id. */
    item: string
  }

  interface TokenWanted {
    /** Why, as the collector says it. */
    reason: string
  }

  interface Status {
    /** The build of the loader and of the widget it loads. */
    build: string
    /**
     * - `waiting`: it has no key yet: `data-key` or `init` is missing;
     * - `loading`: it loads when the page is idle;
     * - `running`: it runs;
     * - `off`: it stores and records nothing, as consent or the browser says;
     * - `blocked`: it could not be loaded, for want of network or because the page's policy forbids WebAssembly;
     * - `failed`: it failed and was removed; it comes back with the next page.
     */
    state: 'waiting' | 'loading' | 'running' | 'off' | 'blocked' | 'failed'
    /** Events that wait for the collector's answer, those of other tabs included. */
    queued: number
    /** Events that this page delivered. */
    delivered: number
    /** Events that had to be given up. */
    dropped: number
    /** What is wrong, one line each; empty when nothing is. */
    problems: string[]
  }

  type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined }
}
