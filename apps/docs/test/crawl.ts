import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A link that leads nowhere. */
export interface DeadLink {
  readonly page: string
  readonly link: string
}

/**
 * Follows every link, picture, script and anchor of a built site, in its files.
 * @param files folder of the site
 * @param base where the site is served from
 */
export function deadLinks(files: string, base: string): readonly DeadLink[] {
  const names = new Set(
    readdirSync(files, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/')),
  )
  const anchors = new Map<string, ReadonlySet<string>>()
  const pages = [...names].filter((name) => name.endsWith('.html'))
  const texts = new Map(pages.map((name) => [name, readFileSync(join(files, name), 'utf8')]))
  for (const [name, text] of texts) {
    anchors.set(
      name,
      new Set([...text.matchAll(/ (?:id|name)="([^"]+)"/g)].map(([, id = '']) => unescaped(id))),
    )
  }
  const dead: DeadLink[] = []
  for (const [page, text] of texts) {
    if (page === '404.html') continue
    const address = new URL(page.replace(/index\.html$/, ''), `http://site${base}`)
    const links = new Set(
      [...text.matchAll(/ (?:href|src|component-url|renderer-url)="([^"]*)"/g)].map(([, link = '']) =>
        unescaped(link),
      ),
    )
    for (const link of links) {
      const target = new URL(link, address)
      if (target.hostname !== 'site') continue
      const path = decodeURIComponent(target.pathname)
      const file = path.endsWith('/') ? `${path}index.html` : path
      const inside = file.startsWith(base) ? file.slice(base.length) : null
      const anchor = decodeURIComponent(target.hash.slice(1))
      const exists = inside !== null && names.has(inside)
      const hasAnchor = anchor === '' || inside === null || anchors.get(inside)?.has(anchor) !== false
      // The playground keeps its code behind the #.
      const isCode = path.endsWith('/playground/') && anchor !== ''
      if (!exists || !(hasAnchor || isCode)) dead.push({ page, link })
    }
  }
  return dead
}

function unescaped(text: string): string {
  return text
    .replaceAll('&amp;', '&')
    .replaceAll('&#38;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x26;', '&')
}
