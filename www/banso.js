// The loader: the one script a host page embeds. It keeps a queue of calls, loads one immutable build of the widget
// when the page is idle, and owns its life: one abort signal for every listener on the host's objects, and a guard
// around every entry into the widget. After the first trap nothing in the widget is trusted any more: the signal is
// aborted, what it shows is removed, the error is reported from here, and it does not start again on this page.
(() => {
  'use strict'
  const build = '__BANSO_BUILD__'
  const stub = window.banso
  if (stub?.build) {
    console.info('banso: this page has the script tag twice; the second one does nothing: remove it')
    return
  }
  const tag = document.currentScript
  const life = new AbortController()
  const { signal } = life
  const queue = stub?.q || []
  const callbacks = {}
  const owned = new Set()
  const problems = []
  let state = 'waiting'
  let key, collector, glue, sender
  let depth = 0

  const banso = (...args) => {
    const [name, first, second] = args
    if (name === 'status') return status()
    if (name === 'init') begin(first || {})
    else if (name === 'on') {
      if (typeof second === 'function') (callbacks[first] ||= []).push(second)
    } else if (state === 'running') enter('call', [name, first, second])
    else if (state === 'waiting' || state === 'loading') {
      // It is recorded as called then and there, whenever the widget hears of it.
      queue.push([name, first, second, Date.now(), location.pathname])
    }
  }
  banso.build = build

  const status = () => {
    const inside = state === 'running' && enter('status')
    return {
      build, state, queued: 0, delivered: 0, dropped: 0,
      ...inside,
      problems: [...problems, ...(inside?.problems || [])],
    }
  }

  const misuse = (text) => console.info('banso: ' + text)

  // Takes the calls that earlier pages of this origin left, and leaves them and `more` to the next page instead.
  const left = (more) => {
    const name = `banso:${key}:calls`
    let calls = []
    try {
      calls = JSON.parse(localStorage.getItem(name)) || []
      localStorage.removeItem(name)
      if (more) localStorage.setItem(name, JSON.stringify([...calls, ...more].slice(-1000)))
    } catch {}
    return calls
  }

  // A page that goes before the widget could hear it leaves its calls to the next one, as far as they may be stored.
  const leave = () => {
    if (!queue.length) return
    let consent = navigator.globalPrivacyControl ? 'denied' : ''
    let allowed = []
    for (const call of queue.splice(0)) {
      const [name, said] = call
      if (name === 'consent') {
        consent = said
        if (said === 'denied') allowed = []
      } else if (consent !== 'denied' || !/^(track|page)$/.test(name)) allowed.push(call)
    }
    left(consent !== 'denied' && allowed)
  }

  const begin = (given) => {
    if (state !== 'waiting') return misuse('init does nothing here: the widget has its key already')
    key = given.key
    collector = given.collector?.replace(/\/+$/, '')
    if (!key || !collector) {
      return misuse('no key or no collector: give the script tag data-key, or call init with both')
    }
    state = 'loading'
    addEventListener('pagehide', leave, { signal })
    const idle = () => (window.requestIdleCallback || setTimeout)(load, { timeout: 2000 })
    if (document.readyState === 'complete') idle()
    else addEventListener('load', idle, { once: true, signal })
  }

  const load = async () => {
    const file = `${collector}/w/${build}/banso_widget_bg.`
    const fetched = () => fetch(file + 'wasm', { credentials: 'omit' })
    try {
      const streamed = fetched()
      streamed.catch(() => {})
      glue = await import(file + 'js')
      const imports = { $: glue }
      const { instance } = await WebAssembly.instantiateStreaming(streamed, imports).catch(async () =>
        WebAssembly.instantiate(await (await fetched()).arrayBuffer(), imports))
      const guarded = {}
      for (const [name, value] of Object.entries(instance.exports)) {
        guarded[name] = typeof value === 'function' ? guard(value) : value
      }
      glue.__wbg_set_wasm(guarded)
      guarded.__wbindgen_start?.()
      state = 'running'
      const refused = enter('start', [page])
      if (refused) {
        state = 'blocked'
        problems.push(refused)
      }
      for (const call of [...left(), ...queue.splice(0)]) enter('call', call)
    } catch (error) {
      if (state !== 'failed') state = 'blocked'
      problems.push(`the widget could not be loaded: ${error}`)
      queue.length = 0
      life.abort()
    }
  }

  // Every exported function goes through here, the ones that call closures too. The outermost call swallows the trap,
  // the inner ones pass it on, so that no frame of the widget runs on after it.
  const guard = (inside) => (...args) => {
    if (state === 'failed') {
      if (depth) throw Error('banso has failed')
      return
    }
    depth++
    try {
      return inside(...args)
    } catch (error) {
      fail(error)
      if (depth > 1) throw error
    } finally {
      depth--
    }
  }

  // What the glue does with an answer that a trap left out must not reach the host either.
  const enter = (name, args = []) => {
    try {
      return glue[name](...args)
    } catch (error) {
      fail(error)
    }
  }

  const fail = (error) => {
    for (const thing of [...owned, ...document.querySelectorAll('banso-root')]) {
      (thing.disconnect || thing.close || thing.remove).call(thing)
    }
    if (state === 'failed') return
    state = 'failed'
    life.abort()
    const where = (error?.stack || '').match(/wasm-function\[\d+\](:0x[0-9a-f]+)?/g)?.slice(0, 10).join(' ') || ''
    problems.push(`the widget failed and was removed: ${error} ${where}`)
    if (!sender) return
    const now = new Date()
    const at = now.toISOString()
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte + 256).toString(16).slice(1)).join('')
    const id = (now.getTime().toString(16).padStart(12, '0') + '7' + hex.slice(0, 3) + 'a' + hex.slice(3, 18))
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    const props = { build, message: String(error), where }
    fetch(collector + '/v1/events', {
      method: 'POST', keepalive: true, credentials: 'omit',
      body: JSON.stringify({
        ...JSON.parse(sender), stream: id, sent_at: at,
        events: [{ id, seq: 0, kind: 'error', name: 'trap', at, page: location.pathname, props }],
      }),
    }).catch(() => {})
  }

  // What the widget may ask of its page.
  const page = {
    build, signal,
    get key() { return key },
    get collector() { return collector },
    debug: !!tag && 'debug' in tag.dataset,
    // As whom the loader reports a trap.
    speak(as) { sender = as },
    // Observers and channels, which no signal ends.
    own(thing) { owned.add(thing) },
    disown(thing) { owned.delete(thing) },
    problem(text) { problems.includes(text) || problems.push(text) },
    misuse,
    // Calls the host's callbacks, each in a task of its own, so that one which throws or takes long is the host's.
    emit(name, detail) {
      const fns = callbacks[name] || []
      for (const fn of fns) {
        setTimeout(async () => {
          const answer = await fn(detail)
          if (name === 'token' && answer) banso('identify', { token: answer })
        })
      }
      return fns.length > 0
    },
    // Tells of every change of the page's address.
    watch(moved) {
      const listen = (on, name) => on.addEventListener(name, () => moved(), { signal })
      if (window.navigation) return listen(navigation, 'currententrychange')
      listen(window, 'popstate')
      listen(window, 'hashchange')
      for (const name of ['pushState', 'replaceState']) {
        const before = history[name]
        const wrapped = history[name] = function (...args) {
          before.apply(this, args)
          moved()
        }
        signal.addEventListener('abort', () => { if (history[name] === wrapped) history[name] = before })
      }
    },
  }

  window.banso = banso
  if (tag?.dataset.key) begin({ key: tag.dataset.key, collector: tag.dataset.collector || new URL(tag.src).origin })
  for (const args of queue.splice(0)) banso(...args)
})()
