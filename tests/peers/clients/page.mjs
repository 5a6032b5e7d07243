// A page of the allowed origin in jsdom, which runs a client's script as a browser does: with an origin and preflights.
import { readFileSync } from 'node:fs'
import { JSDOM, VirtualConsole } from 'jsdom'

export function page(file) {
  const console_ = new VirtualConsole()
  console_.forwardTo(console)
  const dom = new JSDOM('<!doctype html><title>Reports</title>', {
    url: 'https://app.example.com/reports?secret=1',
    runScripts: 'outside-only',
    pretendToBeVisual: true,
    virtualConsole: console_,
  })
  dom.window.eval(readFileSync(file, 'utf8'))
  return dom.window
}
