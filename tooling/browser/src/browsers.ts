import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export type BrowserName = keyof typeof browsers

interface BrowserFacts {
  /** The environment variable that holds its path. */
  readonly variable: string
  /** Its usual paths. */
  readonly paths: readonly string[]
  /** The command line that opens a page in the headless browser. `profile` is an empty folder. */
  readonly command: (profile: string, url: string, flags: readonly string[]) => readonly string[]
}

const browsers = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    paths: ['/usr/bin/chromium', '/usr/bin/google-chrome'],
    command: (profile, url, flags) => [
      '--headless=new',
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      `--user-data-dir=${profile}`,
      ...flags,
      url,
    ],
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    paths: ['/usr/bin/firefox', '/usr/bin/firefox-esr'],
    command: (profile, url, flags) => ['--headless', '--no-remote', '--profile', profile, ...flags, url],
  },
} as const satisfies Record<string, BrowserFacts>

export const browserNames: readonly BrowserName[] = ['chromium', 'firefox']

/** The path of a browser; null if it is not installed. */
export function executableOf(name: BrowserName): string | null {
  const { variable, paths } = browsers[name]
  return [process.env[variable], ...paths].find((path) => path && existsSync(path)) ?? null
}

/** How to make a missing browser available. */
export function remedyOf(name: BrowserName): string {
  return `install ${name}, or let ${browsers[name].variable} tell where it is`
}

export function commandOf(
  name: BrowserName,
  profile: string,
  url: string,
  flags: readonly string[],
): readonly string[] {
  return browsers[name].command(profile, url, flags)
}

/** Its name and version, as in `Chromium 156.0.8078.108`. */
export function versionOf(executable: string): string {
  const text = execFileSync(executable, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  return text.match(/\S+ \d[\d.]*/)?.[0] ?? text.trim()
}

/**
 * Command lines to try in turn until the browser has a GPU adapter: first hardware, then Chromium's software adapter, which it has
 * to be asked for. On Linux, headless Chromium reaches hardware by Vulkan only, which takes flags, too.
 */
export function adapterFlags(name: BrowserName): readonly (readonly string[])[] {
  if (name !== 'chromium') return [[]]
  const webGpu = '--enable-unsafe-webgpu'
  const hasGpu = ['/dev/nvidiactl', '/dev/dri'].some((path) => existsSync(path))
  return [
    ...(hasGpu ? [[webGpu, ...vulkan]] : []),
    [webGpu],
    [webGpu, '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'],
  ]
}

const vulkan: readonly string[] = [
  '--enable-features=Vulkan,VulkanFromANGLE,DefaultANGLEVulkan',
  '--use-angle=vulkan',
  '--disable-vulkan-surface',
  '--ignore-gpu-blocklist',
]
