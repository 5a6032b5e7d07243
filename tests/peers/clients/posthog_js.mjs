// Arguments: the collector's address, the key, an identity token.
import { createRequire } from 'node:module'
import { page } from './page.mjs'

const [collector, key, token] = process.argv.slice(2)
const window = page(createRequire(import.meta.url).resolve('posthog-js/dist/array.full.no-external.js'))
const { posthog } = window
posthog.init(key, { api_host: `${collector}/posthog`, capture_pageview: false })
posthog.capture('$pageview')
posthog.capture('report_exported', { format: 'pdf' })
posthog.register({ $banso_token: token })
posthog.identify('u1', { name: 'Ann', role: 'guest' })
posthog.group('company', 'acme', { plan: 'free', region: 'emea' })
posthog.capture('report_exported', { format: 'csv' })
posthog.capture('$screen', { $screen_name: 'Home' })
console.log('said')
