export { BrowserEngine, startBrowserEngine } from './browserEngine.ts'
export { adapterFlags, type BrowserName, browserNames, executableOf, remedyOf } from './browsers.ts'
export type { EngineMode } from './enginePage.ts'
export { BrowserPage, openPage } from './openPage.ts'
