// Arguments: the collector's address, the key.
import { Analytics } from '@segment/analytics-node'

const [collector, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host: collector, path: '/segment/v1/batch', flushAt: 20 })
analytics.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
analytics.track({ anonymousId: 'd1', event: 'report_exported', properties: { format: 'pdf' } })
analytics.identify({ userId: 'u1', anonymousId: 'd1', traits: { name: 'Ann', role: 'admin' } })
analytics.group({ userId: 'u1', groupId: 'acme', traits: { plan: 'pro', seats: 20 } })
analytics.track({ userId: 'u1', event: 'report_exported', properties: { format: 'csv' } })
analytics.page({ userId: 'u1', name: 'Reports', properties: { url: 'https://app.example.com/reports?secret=1' } })
analytics.screen({ userId: 'u1', name: 'Home' })
analytics.alias({ userId: 'u1', previousId: 'd1' })
console.log('said')
await analytics.closeAndFlush()
