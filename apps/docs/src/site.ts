/** The address of a page of the site, under the folder it is served from, in a language. */
export function addressOf(page: string, language: string): string {
  const base = import.meta.env.BASE_URL.replace(/\/?$/, '/')
  return `${base}${language.startsWith('zh') ? 'zh-cn/' : ''}${page}`
}
