import type { Browser } from 'playwright'

/**
 * The slow line of Lighthouse's telephone: bits a second and milliseconds. The processor is as it is: on a machine that does
 * other things, one that is slowed down would tell of these.
 */
const slow = { down: 1.6e6, up: 0.75e6, latency: 150 }

/** Milliseconds until the largest part of a page is painted, in a browser that was never there. */
export async function largestPaint(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const client = await context.newCDPSession(page)
  await client.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: slow.latency,
    downloadThroughput: slow.down / 8,
    uploadThroughput: slow.up / 8,
  })
  await page.goto(address, { waitUntil: 'load' })
  const milliseconds = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe(
          { type: 'largest-contentful-paint', buffered: true },
        )
      }),
  )
  await context.close()
  return milliseconds
}
