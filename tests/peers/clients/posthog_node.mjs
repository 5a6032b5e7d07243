// Arguments: the collector's address, the key.
import { PostHog } from 'posthog-node'

const [collector, key] = process.argv.slice(2)
const client = new PostHog(key, { host: `${collector}/posthog`, fetchRetryDelay: 200 })
client.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
client.capture({ distinctId: 'd1', event: 'report_exported', properties: { format: 'pdf' } })
client.identify({ distinctId: 'u1', properties: { $set: { name: 'Ann', role: 'admin' }, $set_once: { name: 'Bea' } } })
client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { plan: 'pro', seats: 20 } })
client.capture({ distinctId: 'u1', event: 'report_exported', properties: { format: 'csv' }, groups: { company: 'acme' } })
client.capture({ distinctId: 'u1', event: '$pageview', properties: { $current_url: 'https://app.example.com/reports?secret=1' } })
client.capture({ distinctId: 'u1', event: '$screen', properties: { $screen_name: 'Home' } })
client.alias({ distinctId: 'u1', alias: 'd1' })
const flags = await client.evaluateFlags('u1')
if (flags.isEnabled('anything')) throw new Error('there are no flags')
console.log('said')
await client.shutdown()
