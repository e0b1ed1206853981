/** Whether a locale, as `Astro.currentLocale` names it, is Chinese. */
export function isChinese(locale: string | undefined): boolean {
  return locale?.startsWith('zh') ?? false
}

/** The address of a page of the site, under the folder it is served from, in a language. */
export function addressOf(page: string, language: string): string {
  const base = import.meta.env.BASE_URL.replace(/\/?$/, '/')
  return `${base}${isChinese(language) ? 'zh-cn/' : ''}${page}`
}
