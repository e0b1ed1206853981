import { remembered } from './remember.ts'
import { chinese } from './textsChinese.ts'
import { english, type Texts } from './textsEnglish.ts'

export type { Texts } from './textsEnglish.ts'

export type Language = 'en' | 'zh-CN'

export const texts: Readonly<Record<Language, Texts>> = { en: english, 'zh-CN': chinese }

/** The language of the link, else the one chosen last, else the browser's. */
export function preferredLanguage(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered('unroll-language')
  return (asked ?? navigator.language).startsWith('zh') ? 'zh-CN' : 'en'
}
