// Arguments: the collector's address, the key, an identity token, `batching` or nothing.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { page } from './page.mjs'

const [collector, writeKey, token, strategy] = process.argv.slice(2)
const folder = createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')
const window = page(join(folder, '../dist/umd/index.js'))
const batching = { deliveryStrategy: { strategy: 'batching', config: { size: 4, timeout: 200 } } }
const options = strategy === 'batching' ? { integrations: { 'Segment.io': batching } } : {}
const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL: `${collector}/segment` }, options)
await analytics.page()
await analytics.track('report_exported', { format: 'pdf' })
// What says who the user is goes with every message from now on.
await analytics.addSourceMiddleware(({ payload, next }) => {
  payload.obj.context.banso = { token }
  next(payload)
})
await analytics.identify('u1', { name: 'Ann', role: 'guest' })
await analytics.group('acme', { plan: 'free', region: 'emea' })
await analytics.track('report_exported', { format: 'csv' })
await analytics.screen('Home')
console.log('said')
