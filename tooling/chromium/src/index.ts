export { ChromiumGpu, type ChromiumMode, startChromiumGpu } from './chromiumGpu.ts'
export { ChromiumPage, openPage } from './chromiumPage.ts'
