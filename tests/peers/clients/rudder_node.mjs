// Arguments: the collector's address, the key.
import Analytics from '@rudderstack/rudder-sdk-node'

const [collector, writeKey] = process.argv.slice(2)
const client = new Analytics(writeKey, { dataPlaneUrl: `${collector}/segment` })
client.track({ anonymousId: 'd1', event: 'report_exported', properties: { format: 'pdf' } })
client.identify({ userId: 'u1', anonymousId: 'd1', traits: { name: 'Ann', role: 'admin' } })
client.group({ userId: 'u1', groupId: 'acme', traits: { plan: 'pro', seats: 20 } })
client.track({ userId: 'u1', event: 'report_exported', properties: { format: 'csv' } })
client.page({ userId: 'u1', name: 'Reports', properties: { path: '/reports' } })
client.screen({ userId: 'u1', name: 'Home' })
client.alias({ userId: 'u1', previousId: 'd1' })
console.log('said')
await client.flush()
